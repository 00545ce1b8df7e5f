"""Who may write pages: Wagtail asks its groups, we ask the role, and this keeps the one to the other."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from wagtail.models import (
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms.bootstrap import ensure_pages, file_root
from cms.models import HomePage
from procurement.accounts.enums import Role
from procurement.accounts.models import Membership

NAME = "Site editors"
ON_PAGES = ("add_page", "change_page", "publish_page")
ON_FILES = ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document")


def _permission(app: str, codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def group() -> Group:
    """Editors write and publish pages below the home page; a call's page still asks its buyer's approver."""
    found, made = Group.objects.get_or_create(name=NAME)
    if made:
        ensure_pages()
        home, root = HomePage.objects.get(), file_root()
        found.permissions.add(_permission("wagtailadmin", "access_admin"), _permission("cms", "change_sitesettings"))
        for codename in ON_PAGES:
            GroupPagePermission.objects.create(group=found, page=home, permission=_permission("cms", codename))
        for codename in ON_FILES:
            app = "wagtailimages" if codename.endswith("image") else "wagtaildocs"
            GroupCollectionPermission.objects.create(
                group=found, collection=root, permission=_permission(app, codename)
            )
        moderate(found, home)
    return found


def moderate(group_of_editors: Group, home: HomePage) -> None:
    """A page may be handed in and is then read and published by another editor; the workflow below home."""
    task = GroupApprovalTask.objects.create(name="编辑复核")
    task.groups.add(group_of_editors)
    workflow = Workflow.objects.create(name="页面审核")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.update_or_create(page=home, defaults={"workflow": workflow})


def follow(instance: Membership, **_facts: Any) -> None:
    """Signal handler: a person is in the group while any active membership of theirs holds the role."""
    user = instance.user
    holds = user.memberships.filter(active=True, roles__contains=[Role.EDITOR]).exists()
    if holds:
        user.groups.add(group())
    else:
        user.groups.remove(*user.groups.filter(name=NAME))
