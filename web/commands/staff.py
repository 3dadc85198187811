"""`redress person`: the first people of a new installation, and a new password for who lost theirs."""

import click

from engine import db
from web.commands import ready
from web.commands.output import remark
from workflows import staffing
from workflows.models import Role


@click.command("person")
@click.argument("login")
@click.option("--department", metavar="CODE", help="Code of the department, e.g. customer_service.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), help="May be repeated."
)
@click.option("--name-zh", help="Name in Chinese.")
@click.option("--name-en", help="Name in English.")
@click.option("--mail", help="Address notices go to.")
@click.option("--new-password", is_flag=True, help="Make a new password for somebody who is here already.")
def person_command(
    login: str,
    department: str | None,
    roles: tuple[str, ...],
    name_zh: str | None,
    name_en: str | None,
    mail: str | None,
    new_password: bool,
) -> None:
    """Create the person LOGIN, or change what is given. A password is made and printed once, alone on stdout."""
    ready.prepare()
    with db.transaction() as session:
        person, password = staffing.appoint(
            session,
            login,
            department=department,
            roles=[Role(role) for role in roles],
            name_zh=name_zh,
            name_en=name_en,
            mail=mail,
            new_password=new_password,
        )
        remark(f"{person.login}: {', '.join(person.roles)} ({person.department})")
    if password is not None:
        click.echo(password)
