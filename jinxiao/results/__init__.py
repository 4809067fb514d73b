"""What people look at: tables, figures, maps."""
