"""What the catalog makes public: services by their public names, on the pages that show them (P6, R33). Pure."""

from stanch.communicate.page.posts import identity
from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Policy, Service
from stanch.kernel.spelling import spelt
from stanch.kernel.status_page import COMPONENT_STATES, ComponentState, StatusPage
from stanch.timeline.record import Record

DEFAULT = "status"


def pages(policy: Policy) -> dict[str, StatusPage]:
    """The status pages by name; the first is the one at ``/status/``."""
    return policy.status_pages or {DEFAULT: StatusPage()}


def shown(policy: Policy, page: StatusPage) -> list[Service]:
    """The services that a page shows, in its order; services without a public name are left out."""
    names = page.services or sorted(
        policy.services, key=lambda name: (policy.services[name].public_group, policy.services[name].public_name)
    )
    return [policy.services[name] for name in names if name in policy.services and policy.services[name].public_name]


def component_id(policy: Policy, service: str) -> str:
    """The id of a service on the page, '' for one that is not public. It tells nothing of the internal name."""
    name = policy.service(service).public_name
    return identity(name) if name else ""


def unmarked(record: Record, policy: Policy) -> str:
    """Why the public posts of an incident mark no component of a status page; empty where one is marked, or named.

    Until a post names components those of the incident's services count as degraded (``page/posts.fold``).
    """
    posts = [post for _, _, post in record.updates if post.audience == "public"]
    if any(post.components for post in posts) or any(component_id(policy, name) for name in record.services()):
        return ""
    if not any(service.public_name for service in policy.services.values()):
        return "The status page has no components: no service of the catalog has a public name."
    if not record.services():
        return f"No component of the status page is marked: {record.id} names no service."
    return f"No component of the status page is marked: {', '.join(record.services())} {'has' if len(record.services()) == 1 else 'have'} no public name."


def component_states(policy: Policy, given: list[str]) -> dict[str, ComponentState]:
    """``checkout=partial_outage`` and so on, by service. Raises ``Invalid`` with what is public, or the states."""
    found: dict[str, ComponentState] = {}
    for text in filter(None, (text.strip() for text in given)):
        name, sign, state = (part.strip() for part in text.rpartition("="))
        if not sign:
            raise Invalid(f"'{text}' says no state.", field="components", hint="Write it like checkout=partial_outage.")
        wanted = spelt(state, list(COMPONENT_STATES))
        if wanted not in COMPONENT_STATES:
            raise Invalid(f"'{state}' is no state of a component.", field="components", hint=f"One of: {', '.join(COMPONENT_STATES)}.")  # fmt: skip
        found[public_service(policy, name)] = wanted
    return found


def public_service(policy: Policy, name: str, field: str = "components") -> str:
    """The service that people mean by its own or its public name. Raises ``Invalid`` for one that is not public."""
    for key, service in policy.services.items():
        if service.public_name and name.casefold() in (key.casefold(), service.public_name.casefold()):
            return key
    known = ", ".join(sorted(key for key, service in policy.services.items() if service.public_name)) or "none yet"
    raise Invalid(f"'{name}' is not on the status page.", field=field, hint=f"With a public name: {known}.")
