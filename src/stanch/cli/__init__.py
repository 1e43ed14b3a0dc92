"""The command line: every registered command, and what an operator needs. Heavy imports wait until they are used."""

import sys

import click

from stanch.cli.tree import Tree
from stanch.kernel.errors import Problem


@click.group(
    cls=Tree,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="With STANCH_URL and STANCH_TOKEN a command goes to that server, otherwise to the local data directory.",
)
@click.option("--config", metavar="FILE", help="The configuration; stanch.yaml or STANCH_CONFIG by default.")
@click.option("--as", "as_name", metavar="NAME", help="Write in this name (local only).")
@click.version_option(package_name="stanch", prog_name="stanch")
@click.pass_context
def stanch(context: click.Context, config: str | None, as_name: str | None) -> None:
    """Self-hosted incident response: from the first signal to the last action item. Without a command: what needs you now."""
    from stanch.cli.place import Place

    context.obj = Place(config, as_name)
    if context.invoked_subcommand is None:
        from stanch.cli.alone import alone

        alone(context.obj)


def main() -> None:
    """The entry point: a problem is one line on stderr, never a traceback. 2: the input, 1: anything else."""
    try:
        code = stanch.main(prog_name="stanch", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)  # click hands back the code of a command that asked for one
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except Problem as problem:
        click.echo(f"stanch: {problem.sentence()}", err=True)
        sys.exit(2 if problem.status in (400, 404, 422) else 1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has seen enough
        sys.exit(0)
    except OSError as error:
        click.echo(f"stanch: {error.filename or ''} {error.strerror or error}".replace("  ", " "), err=True)
        sys.exit(1)
