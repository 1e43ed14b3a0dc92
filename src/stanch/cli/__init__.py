"""The command line: a sub-command for every registered command, and those that run the product itself.

Only ``click`` and the registry are imported here, so that ``stanch --help`` answers at once; a database or a server
is imported by the sub-command that needs one.
"""


def main() -> None:
    """The ``stanch`` command. Problems are one line on stderr: exit 2 for what the caller can mend, 3 when nobody answers."""
    import sys

    import click

    from stanch.cli.group import build
    from stanch.kernel.errors import Problem, Unavailable

    try:
        build()(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except Problem as problem:
        click.echo(f"stanch: {problem.sentence()}", err=True)
        sys.exit(3 if isinstance(problem, Unavailable) else 2)
