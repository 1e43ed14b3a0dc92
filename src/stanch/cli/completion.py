"""``stanch completion``: the lines that make a shell complete commands, options and their words."""

import click
from click.shell_completion import get_completion_class

VARIABLE = "_STANCH_COMPLETE"
WHERE = {
    "bash": 'eval "$(stanch completion bash)"  # in ~/.bashrc',
    "zsh": 'eval "$(stanch completion zsh)"  # in ~/.zshrc, after compinit',
    "fish": "stanch completion fish > ~/.config/fish/completions/stanch.fish",
}


@click.command(epilog="Example: stanch completion bash")
@click.argument("shell", type=click.Choice(sorted(WHERE)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion for bash, zsh or fish."""
    kind = get_completion_class(shell)
    assert kind is not None, "click knows these three"
    click.echo(f"# {WHERE[shell]}")
    click.echo(kind(context.find_root().command, {}, "stanch", VARIABLE).source())
