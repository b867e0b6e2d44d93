"""``python -m twisted_chat``: ``twisted-chat``, which also says how to connect.

``make run`` gives ``$PORT_ADVICE``: how to choose another port with it.
"""

import os

from .console import main

if __name__ == "__main__":
    main(show_banner=True, port_advice=os.environ.get("PORT_ADVICE", ""))
