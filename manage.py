#!/usr/bin/env python
import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "procurement.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from procurement.common.embedded import ServiceProblem

    try:
        execute_from_command_line(sys.argv)
    except (ServiceProblem, ImproperlyConfigured) as problem:
        # one plain sentence; a traceback would hide the way out
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
