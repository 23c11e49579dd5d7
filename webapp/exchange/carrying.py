"""A batch of products of a file: found, drafted, saved (or only planned), and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from webapp.catalogue import commands as catalogue
from webapp.catalogue.drafts import Planned, Saved
from webapp.catalogue.models import Attribute
from webapp.exchange import keeping, noting, stocking
from webapp.exchange.calling import Name, losing_names, remember
from webapp.exchange.drafting import Ground, draft, without_rows
from webapp.exchange.finding import (
    OURS,
    address_of,
    externals_of,
    find,
    targets,
)
from webapp.exchange.fitting import fitted
from webapp.exchange.journey import Item, Journey
from webapp.exchange.labelling import Labels
from webapp.exchange.models import RowState
from webapp.exchange.naming import new_slugs, taken
from webapp.exchange.outcomes import Outcome
from webapp.exchange.policy import Policy
from webapp.exchange.records import ProductRecord, Role, VariantRecord
from webapp.exchange.replacing import replace_variants
from webapp.exchange.settling import key_of, settle
from webapp.kit.errors import ShopError
from webapp.kit.values import names_of, replace
from webapp.shop import queries as shop

_TRIES = 12
"""How often the rest of a product is tried again after one of its rows was refused."""


def carry(session: Session, journey: Journey, records: Sequence[ProductRecord]) -> list[Outcome]:
    """Save these products, or with ``dry`` only tell what would become of them."""
    if journey.labels is None:
        journey.labels = Labels(session)
        journey.manners = shop.current(session).manners
    items = [_begin(record, journey) for record in records]
    rest = [item for item in items if not item.is_over]
    while rest:
        now, rest = _distinct(session, journey, rest)
        _carry(session, journey, now)
    return [item.outcome for item in items]


def _begin(record: ProductRecord, journey: Journey) -> Item:
    """Apply the policy to what is wrong with the file itself."""
    outcome = Outcome(record)
    kept, problems = fitted(record, journey.source)
    item = Item(outcome, kept)
    leaves_fields = journey.policy.on_error == "fields"
    for problem in (*record.problems, *problems):
        if leaves_fields and problem.level == "error":
            outcome.note(problem.row, f"{problem.sentence} Left out.", problem.column)
        else:
            outcome.problem(problem)
    if leaves_fields:
        return item
    heads = {use.number for use in record.rows if use.role is Role.product}
    if heads & outcome.refused.keys() or outcome.has_failed:
        outcome.refuse_all("The product’s own row cannot be used.")
        item.is_over = True
    elif outcome.refused:
        item.record = without_rows(kept, list(outcome.refused))
    return item


def _distinct(
    session: Session, journey: Journey, items: Sequence[Item]
) -> tuple[list[Item], list[Item]]:
    """Find the products; those that mean one that is in this round already wait for the next."""
    now: list[Item] = []
    later: list[Item] = []
    taken: set[int] = set()
    found = find(session, [item.record for item in items], journey.source)
    for item, product in zip(items, found, strict=True):
        item.found = product
        if product is not None and product.id in taken:
            later.append(item)
            continue
        if product is not None:
            taken.add(product.id)
            row = journey.seen.get(product.public_id)
            if row is not None and row != item.outcome.first:
                item.outcome.refuse_all(f"Row {row} of this file describes the same product.")
                continue
        now.append(item)
    return now, later


def _carry(session: Session, journey: Journey, items: list[Item]) -> None:
    items = [item for item in items if not _is_passed_over(item, journey)]
    if not items or journey.labels is None:
        return
    records = [item.record for item in items]
    before: dict[int, keeping.Kept] = {}
    renamed: set[int] = set()
    lacking = None
    attributes: Mapping[str, Attribute] = journey.labels.attributes
    if journey.dry:
        journey.labels.list_missing(session, records, journey.coming)
        attributes = {**attributes, **journey.labels.foresee(records, journey.coming)}
    else:
        keys = [item.found.id for item in items if item.found is not None]
        before = keeping.whole(session, keys, journey.currency)
        lacking = noting.lacking(session, journey.labels, records)
        journey.labels.make(session, journey.actor, records)
    _give_slugs(session, journey, items)
    externals = targets(
        session, "variant", {e for r in records for v in r.variants for e in v.externals}
    )
    ground = Ground(
        currency=journey.currency,
        new_status=journey.policy.new_status,
        categories=journey.labels.categories,
        attributes=frozenset(attributes),
        variants=externals,
        terms=journey.labels.terms,
    )
    known = [v.id for item in items if item.found for v in item.found.variants]
    counters = stocking.counters(session, known)
    open_items = items
    for _ in range(_TRIES):
        if not open_items:
            break
        for item in open_items:
            _draft(item, ground, counters, journey)
        ready = [item for item in open_items if not item.is_over]
        open_items = _save(session, journey, ready)
    for item in open_items:
        item.outcome.refuse_all("There are too many mistakes in this product.")
    done = [item for item in items if item.saved is not None]
    if not journey.dry:
        _save_stock(session, journey, done)
        losers, renamed = _remember(session, journey, done)
        before = losers | before
    settle(session, journey, done)
    replace_variants(session, journey, done)
    if lacking is not None:
        _keep(session, journey, done, before, renamed)
        noting.note_made(session, journey.import_id, journey.labels, lacking)
        # Rows are written per batch; what the session holds of them would only slow it down.
        session.flush()
        session.expunge_all()


def _keep(
    session: Session,
    journey: Journey,
    items: Sequence[Item],
    before: Mapping[int, keeping.Kept],
    renamed: set[int],
) -> None:
    """What the products were that this batch changed or made, so that it can be taken back."""
    session.flush()
    touched = {key_of(item) for item in items if item.outcome.state is not RowState.unchanged}
    keeping.keep(session, journey.import_id, before, touched | renamed, journey.currency)


def _is_passed_over(item: Item, journey: Journey) -> bool:
    outcome = item.outcome
    sentence = ""
    if item.found is not None and journey.policy.on_match == "skip":
        sentence = "The shop has this product already."
        outcome.target = item.found.public_id
    elif item.found is None and journey.policy.on_missing == "skip":
        sentence = "The shop does not have this product."
    if sentence:
        outcome.state = RowState.skipped
        outcome.note(outcome.first, sentence)
        return True
    if item.found is None and not isinstance(item.record.title, str):
        outcome.refuse_all("A new product needs a title, and the shop has none that this is.")
        return True
    return False


def _give_slugs(session: Session, journey: Journey, items: Sequence[Item]) -> None:
    """Addresses of new products, and of those whose other shop gave them another one."""
    new = [item for item in items if item.found is None]
    records = [item.record for item in new]
    slugs = new_slugs(session, records, journey.source, journey.promised)
    for item, slug in zip(new, slugs, strict=True):
        item.slug = slug
    for item in items:
        if item.found is None or item.found.by != "external" or not item.record.handle:
            continue
        wish = address_of(item.record, journey.source)
        if wish in ("", item.found.slug):
            continue
        if wish in taken(session, {wish}) | journey.promised | set(slugs):
            item.outcome.note(item.outcome.first, "Another product has this address.")
        else:
            item.slug = wish
    if journey.dry:
        journey.promised |= set(slugs)


def _draft(item: Item, ground: Ground, counters: Mapping[int, Any], journey: Journey) -> None:
    made = draft(item.record, item.found, item.slug, ground)
    item.draft = made
    item.stock = []
    refused: list[int] = []
    for place, row in enumerate(made.rows):
        save = made.save.variants[place]
        change = stocking.compared(made.stock[place], counters.get(save.id or 0))
        item.stock.append(change)
        if change.refusal:
            item.outcome.refuse(row, change.refusal)
            refused.append(row)
    for problem in made.problems:
        if problem.level == "error":
            item.outcome.refuse(problem.row, problem.sentence, problem.column)
            refused.append(problem.row)
    if not refused:
        return
    heads = {use.number for use in item.outcome.record.rows if use.role is Role.product}
    if heads & set(refused) or item.outcome.has_failed:
        item.outcome.refuse_all("The product’s own row cannot be used.")
        item.is_over = True
        return
    item.record = without_rows(item.record, refused)
    _draft(item, ground, counters, journey)


def _save(session: Session, journey: Journey, items: Sequence[Item]) -> list[Item]:
    """Save or plan the drafts; gives those of which a part was refused, to try the rest again."""
    saves = [item.draft.save for item in items if item.draft is not None]
    outcomes: Sequence[Saved | Planned | ShopError]
    if journey.dry:
        outcomes = catalogue.plan_products(
            session, saves, foreseen=journey.labels.foreseen if journey.labels else {}
        )
    else:
        outcomes = catalogue.save_products(session, journey.actor, saves, origin=journey.reference)
    again: list[Item] = []
    for item, outcome in zip(items, outcomes, strict=True):
        if not isinstance(outcome, ShopError):
            item.saved = outcome
        elif _drop(item, outcome, journey.policy):
            again.append(item)
        else:
            item.outcome.refuse_all(outcome.detail)
            item.is_over = True
    return again


def _drop(item: Item, refusal: ShopError, policy: Policy) -> bool:
    """Leave out what was refused; False where the whole product falls with it."""
    name = str(refusal.facts.get("field", ""))
    sku = refusal.facts.get("sku")
    if sku is not None:
        rows = [v.row for v in item.record.variants if v.sku == sku]
        heads = {use.number for use in item.outcome.record.rows if use.role is Role.product}
        if rows and not heads & set(rows):
            for row in rows:
                item.outcome.refuse(row, refusal.detail)
            item.record = without_rows(item.record, rows)
            return bool(item.record.variants)
    if policy.on_error != "fields":
        return False
    without = _without_field(item.record, name)
    if without == item.record:
        return False
    item.outcome.note(item.outcome.first, f"{refusal.detail} Left out.")
    item.record = without
    return True


def _without_field(record: ProductRecord, name: str) -> ProductRecord:
    if name.startswith("attributes."):
        return replace(record, attributes=())
    plain = {"is_featured": "featured", "is_gift_card": "gift_card", "body": "body"}.get(name, name)
    if plain in names_of(ProductRecord) and plain not in ("title", "variants", "rows"):
        empty = ProductRecord()
        return replace(record, **{plain: getattr(empty, plain)})
    of_variant = plain.removesuffix("_minor")
    if of_variant in names_of(VariantRecord):
        value = getattr(VariantRecord(), of_variant)
        kept = tuple(replace(each, **{of_variant: value}) for each in record.variants)
        return replace(record, variants=kept)
    return record


def _save_stock(session: Session, journey: Journey, items: Sequence[Item]) -> None:
    changes: dict[int, stocking.StockChange] = {}
    for item in items:
        if not isinstance(item.saved, Saved) or item.draft is None:
            continue
        for place, variant in enumerate(item.saved.variants):
            is_new = item.draft.save.variants[place].id is None
            if variant.id is not None and (item.stock[place].changed or is_new):
                changes[variant.id] = item.stock[place]
    stocking.save(session, journey.actor, changes, reference=journey.reference)


def _remember(
    session: Session, journey: Journey, items: Sequence[Item]
) -> tuple[dict[int, keeping.Kept], set[int]]:
    """What other systems call the products and variants, for their next file.

    Gives the products that lose a name to another one, as they are, and the keys of all that
    lose or win one.
    """
    names: dict[Name, int] = {}
    of: dict[Name, int] = {}
    for item in items:
        if not isinstance(item.saved, Saved) or item.draft is None:
            continue
        told = [("product", item.saved.product.id or 0, externals_of(item.record, journey.source))]
        for record, variant in zip(item.draft.records, item.saved.variants, strict=True):
            told.append(("variant", variant.id or 0, record.externals))
        for kind, key, externals in told:
            for each in externals:
                if each.source != OURS:
                    name = (each.source[:40], kind, each.id[:200])
                    names[name], of[name] = key, key_of(item)
    losing, new = losing_names(session, names)
    losers = keeping.whole(session, sorted(losing), journey.currency) if losing else {}
    remember(session, names)
    return losers, losing | {of[name] for name in new}
