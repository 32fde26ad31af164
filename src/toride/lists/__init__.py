"""Lists that a domain declares: columns, filters, sorts, saved views, pages; knows no domain."""
