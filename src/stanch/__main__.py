"""`python -m stanch` is the same as the `stanch` command."""

from stanch.cli import main

if __name__ == "__main__":
    main()
