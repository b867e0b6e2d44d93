"""``python -m twisted_chat``: ``twisted-chat``, which also says how to connect."""

from .console import main

if __name__ == "__main__":
    main(show_banner=True)
