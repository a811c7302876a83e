"""`python -m citebot` is `citebot`."""

from citebot.cli import main

if __name__ == "__main__":
    main()
