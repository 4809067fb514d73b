"""``python -m jinxiao.cli``: the ``jinxiao`` command."""

from jinxiao.cli import main

if __name__ == "__main__":
    main()
