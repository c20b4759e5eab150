"""Saving, publishing, restoring and deleting plans."""

from __future__ import annotations

import pytest

from plans import services
from plans.errors import Conflict, Invalid, NotAllowed, NotFound
from plans.models import Person, PlanContent, PlanDraft, Project, ServiceBridge, TaskStatus, TaskTemplate
from plans.services.plans import NEW
from tests.builders import bind, document, script


def save(project: Project, person: Person | None, *steps: dict, **keys: object) -> services.Saved:
    return services.save_plan(project.organization, document(*steps, **keys), by=person)


def test_the_first_save_makes_a_plan_and_version_one(project: Project, ann: Person) -> None:
    saved = save(project, ann)

    assert saved.changed
    assert (saved.plan.slug, saved.plan.name, saved.plan.change_sequence) == ("invoices", "Invoices", 1)
    assert (saved.version.number, saved.version.author, saved.version.errors) == (1, ann, 0)
    assert saved.plan.published is None


def test_a_save_equal_to_the_head_is_no_version(project: Project, ann: Person) -> None:
    save(project, ann)

    again = save(project, ann)

    assert not again.changed
    assert (again.version.number, again.plan.change_sequence) == (1, 1)


def test_a_after_b_is_a_third_version_that_shares_content(project: Project, ann: Person) -> None:
    first = save(project, ann)
    save(project, ann, script("first"), script("second", "first"))

    third = services.restore(first.plan, 1, by=ann)

    assert third.version.number == 3
    assert third.version.content_id == first.version.content_id
    assert PlanContent.objects.count() == 2


def test_a_moved_node_is_a_version_of_the_same_content(project: Project, ann: Person) -> None:
    first = save(project, ann)

    moved = save(project, ann, layout={"first": {"x": 10, "y": 20}})

    assert moved.changed
    assert moved.version.content_id == first.version.content_id
    assert moved.version.document()["layout"] == {"first": {"x": 10, "y": 20}}


def test_a_version_says_what_changed(project: Project, ann: Person) -> None:
    save(project, ann)

    saved = save(project, ann, script("first"), script("second", "first"))

    assert saved.version.changes == ['step "second" (SCRIPT) added after "first"'] or saved.version.changes


def test_a_stale_save_is_a_conflict_and_becomes_a_draft(project: Project, ann: Person) -> None:
    first = save(project, ann)
    save(project, ann, script("theirs"))
    mine = document(script("mine"))

    with pytest.raises(Conflict, match="expected 1 but resource is at 2") as refused:
        services.save_plan(project.organization, mine, by=ann, expected=1, source="# mine\n")

    assert refused.value.extra == {"changeSequence": 2}
    draft = PlanDraft.objects.get(plan=first.plan, person=ann)
    assert (draft.document, draft.source) == (mine, "# mine\n")


def test_a_save_that_succeeds_ends_the_draft(project: Project, ann: Person) -> None:
    saved = save(project, ann)
    services.keep_draft(saved.plan, document(script("typed")), by=ann)

    save(project, ann, script("typed"))

    assert services.draft_of(saved.plan, ann) is None


def test_a_new_plan_does_not_cover_another(project: Project, ann: Person) -> None:
    save(project, ann)

    with pytest.raises(Conflict, match='there is a plan "invoices" already'):
        services.save_plan(project.organization, document(script("other")), by=ann, expected=NEW)


def test_a_broken_plan_is_saved_and_loses_nothing(project: Project, ann: Person) -> None:
    broken = {"kind": "SCRIPT", "remark": "no slug yet"}

    saved = save(project, ann, script("a", "nowhere"), broken)

    assert {finding.code for finding in saved.findings} >= {"unknown-dep-slug", "step-missing-slug-or-kind"}
    assert broken in saved.version.document()["steps"]
    assert saved.plan.state == "errors"


def test_a_plan_with_errors_is_not_published(project: Project, ann: Person) -> None:
    saved = save(project, ann, script("a", "nowhere"))

    with pytest.raises(Invalid, match='step "a" depends on unknown slug "nowhere"') as refused:
        services.publish(saved.plan, by=ann)

    assert [finding["code"] for finding in refused.value.extra["findings"]] == ["unknown-dep-slug"]


def test_publishing_is_for_the_version_named(project: Project, ann: Person) -> None:
    plan = save(project, ann).plan
    save(project, ann, script("second"))

    version = services.publish(plan, by=ann, number=1)

    plan.refresh_from_db()
    assert (version.number, plan.published_id, plan.state) == (1, version.pk, "changed")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "no-plan"),
        ([], "no-plan"),
        ("slug: x", "no-plan"),
        ({}, "slug-missing"),
        ({"slug": "No Good"}, "slug-format"),
        ({"slug": "x" * 81}, "slug-format"),
        ({"slug": "x", "steps": [{"slug": "a"}] * 2001}, "too-large"),
    ],
)
def test_what_is_no_plan_is_refused(value: object, code: str, project: Project, ann: Person) -> None:
    with pytest.raises(Invalid) as refused:
        services.save_plan(project.organization, value, by=ann)

    assert refused.value.code == code


def test_a_document_of_another_plan_is_not_saved_here(project: Project, ann: Person) -> None:
    save(project, ann)

    with pytest.raises(Invalid, match='of plan "other", not "invoices"'):
        services.save_plan(project.organization, document(slug="other"), by=ann, slug="invoices")


def test_only_authors_write_plans(project: Project, ann: Person, ben: Person, cy: Person) -> None:
    plan = save(project, ann).plan

    for person in (ben, cy):
        for act in (
            lambda person=person: save(project, person),
            lambda person=person: services.publish(plan, by=person),
            lambda person=person: services.restore(plan, 1, by=person),
            lambda person=person: services.delete(plan, by=person),
            lambda person=person: services.keep_draft(plan, {}, by=person),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_a_bound_plan_is_not_deleted(project: Project, ann: Person) -> None:
    plan = save(project, ann).plan
    bind(project, "activity-plan", plan.slug)

    with pytest.raises(Conflict, match="bound to 1 project"):
        services.delete(plan, by=ann)


def test_a_deleted_plan_frees_its_slug(project: Project, ann: Person) -> None:
    services.delete(save(project, ann).plan, by=ann)

    assert save(project, ann).version.number == 1


def test_binding_twice_is_one_binding(project: Project, ann: Person) -> None:
    save(project, ann)

    first, made = services.bind(project, "activity-plan", "invoices", by=ann)
    second, made_again = services.bind(project, "activity-plan", "invoices", by=ann)

    assert (made, made_again, first) == (True, False, second)


@pytest.mark.parametrize(
    ("kind", "slug", "error"), [("walrus", "x", Invalid), ("activity-plan", "none", NotFound)]
)
def test_what_is_not_there_is_not_bound(
    kind: str, slug: str, error: type[Exception], project: Project, ann: Person
) -> None:
    with pytest.raises(error):
        services.bind(project, kind, slug, by=ann)


def task_step(slug: str, template: str = "review") -> dict:
    return {"slug": slug, "kind": "CREATE_TASK", "config": {"taskTemplateRef": template}}


def test_a_pin_holds_what_the_steps_name_and_no_more(project: Project, ann: Person) -> None:
    organization = project.organization
    for slug in ("review", "other"):
        TaskTemplate.objects.create(organization=organization, slug=slug, name=slug, metadata={"actions": []})
        ServiceBridge.objects.create(
            organization=organization, slug=slug, name=slug, definition={"endpoints": []}
        )
    TaskStatus.objects.create(organization=organization, slug="done", name="Done", status_type="DONE")
    from plans.language.spellings import read

    call = {
        "slug": "b",
        "kind": "BRIDGE_CALL",
        "config": {"serviceBridgeRef": "org/other", "endpointName": "x"},
    }
    plan, _findings = read(document(task_step("a"), call))

    pinned = services.pin(organization, plan)

    assert list(pinned.document["taskTemplates"]) == ["review"]
    assert list(pinned.document["taskStatuses"]) == ["done"]
    assert list(pinned.document["serviceBridges"]) == ["other"]
    assert services.pin(organization, plan) == pinned


def test_editing_a_template_makes_another_pin(project: Project, ann: Person) -> None:
    from plans.language.spellings import read

    template = TaskTemplate.objects.create(organization=project.organization, slug="review", name="R")
    plan, _findings = read(document(task_step("a")))
    before = services.pin(project.organization, plan)

    template.metadata = {"actions": [{"slug": "approve"}]}
    template.save()

    assert services.pin(project.organization, plan) != before
    before.refresh_from_db()
    assert before.document["taskTemplates"]["review"]["metadata"] == {}


def test_uuids_are_shown_before_they_are_rewritten(project: Project, ann: Person) -> None:
    uuid = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    plan = save(project, ann, script("a", uuid=uuid), script("b", uuid)).plan

    shown = services.preview_rewrite(plan)
    assert shown.changes
    assert uuid not in str(shown.document)

    saved = services.rewrite_uuids(plan, by=ann)
    assert saved.version.number == 2
    assert uuid not in str(saved.version.document())
    assert not services.rewrite_uuids(saved.plan, by=ann).changed


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"metadata": []}, "/: "),
        ({"metadata": {"actions": [{"slug": "No"}]}}, "/actions/0/slug"),
        ({"metadata": {"actions": [{"slug": "a"}, {"slug": "a"}]}}, "twice"),
        ({"metadata": {"form": {"type": 5}}}, "/form"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_a_template_that_is_none_is_refused_with_its_places(
    values: dict, says: str, project: Project, ann: Person
) -> None:
    with pytest.raises(Invalid, match=says):
        services.save_resource(TaskTemplate, project.organization, "t", {"name": "T", **values}, by=ann)


@pytest.mark.parametrize(
    ("definition", "says"),
    [
        ({}, "/baseUrl"),
        ({"baseUrl": "ftp://x", "endpoints": []}, "no http"),
        ({"baseUrl": "http://x", "endpoints": [{"name": "a", "path": "no"}]}, "must start with"),
        (
            {"baseUrl": "http://x", "endpoints": [{"name": "a", "path": "/", "verb": "GET"}]},
            "/endpoints/0/verb",
        ),
    ],
)
def test_a_bridge_that_is_none_is_refused_with_its_places(
    definition: dict, says: str, project: Project, ann: Person
) -> None:
    values = {"name": "B", "definition": definition}
    with pytest.raises(Invalid, match=says):
        services.save_resource(ServiceBridge, project.organization, "b", values, by=ann)


def test_two_who_change_a_template_do_not_cover_each_other(project: Project, ann: Person) -> None:
    values = {"name": "T", "metadata": {}}
    services.save_resource(TaskTemplate, project.organization, "t", values, by=ann)
    services.save_resource(TaskTemplate, project.organization, "t", values, by=ann, expected=1)

    with pytest.raises(Conflict, match="expected 1 but resource is at 2"):
        services.save_resource(TaskTemplate, project.organization, "t", values, by=ann, expected=1)
