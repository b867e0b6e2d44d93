"""The journal in Redis, for several servers with one chat.

To connect it needs the extra ``redis`` (``pip install '.[redis]'`` in the checkout); it
can be imported without.
"""

from .address import RedisAddress
from .journal import RedisJournal, open_redis
from .name_registry import RedisNameRegistry

__all__ = ["RedisAddress", "RedisJournal", "RedisNameRegistry", "open_redis"]
