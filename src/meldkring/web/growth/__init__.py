"""The pages about growth: how the groups fare, proposals, neighbourhoods and their borders."""
