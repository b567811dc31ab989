"""What the pages show, as plain values: templates neither query nor decide."""
