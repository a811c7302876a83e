"""Questions to offer: next ones that the articles answer, and which event a question may mean."""
