"""The ground under every package: errors, clock, ids, configuration and the stores."""
