"""The key store: a database of its own, with its own backups; data backups never contain it."""
