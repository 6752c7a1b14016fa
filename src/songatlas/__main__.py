"""``python -m songatlas`` is the command line."""

from songatlas.cli import main

if __name__ == "__main__":
    main()
