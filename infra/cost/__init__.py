"""What a month costs, before it is spent: templates, manifest and traffic in, a bill out."""
