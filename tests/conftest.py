from hypothesis import settings

settings.register_profile("any machine", deadline=None)  # how long an example takes says how busy it is
settings.load_profile("any machine")
