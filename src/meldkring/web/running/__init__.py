"""The pages with which a steering group runs itself and its district: colleagues, duty, settings, exercises."""
