from __future__ import annotations

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.machine import Spec, specs

ONLY_BY_ACT = """
    IF current_setting('huiqun.act', true) IS DISTINCT FROM (TG_TABLE_NAME || ':' || OLD.id) THEN
        RAISE EXCEPTION 'the state of % % changes only through an act', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
"""


class Machine(models.Model):
    """A row with a state. The row keeps the length and the last hash of its own log.

    A subclass declares ``state = StateField(...)`` and inherits ``Machine.Meta`` so that the database
    refuses every change of state that no act announced.
    """

    state: Any
    way_to_thread = ""  # from a row to its project, as a query names it: the act's lock fetches it along
    log_length = models.PositiveIntegerField(default=0, editable=False)
    log_head = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Trigger(
                name="only_by_act",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state", "log_length", "log_head"),
                condition=pgtrigger.Condition(
                    "OLD.state IS DISTINCT FROM NEW.state OR OLD.log_length IS DISTINCT FROM NEW.log_length"
                    " OR OLD.log_head IS DISTINCT FROM NEW.log_head"
                ),
                func=ONLY_BY_ACT,
            )
        ]

    @classproperty
    def transitions(cls: Any) -> dict[str, Spec]:  # noqa: N805
        return specs(cls)

    @classproperty
    def initial_state(cls: Any) -> str:  # noqa: N805
        return str(cls._meta.get_field("state").get_default())

    @property
    def thread_id(self) -> int | None:
        """Primary key of the project this row belongs to; rows outside any thread have none."""
        return None

    @property
    def brought_in(self) -> bool:
        """Whether acts on this row may claim a time of their own (past projects, 历史项目补录)."""
        return False

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        # a protected state field refuses to be set twice on one instance; dropping it first lets Django load it
        fields = kwargs.get("fields") or (args[1] if len(args) > 1 else None)
        if fields is None or "state" in fields:
            self.__dict__.pop("state", None)
        super().refresh_from_db(*args, **kwargs)

    def fresh(self) -> Self:
        return type(self)._base_manager.get(pk=self.pk)


class TransitionLog(models.Model):
    """What happened, in order, for ever. Append-only by database trigger; each row carries the hash before it."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    sequence = models.PositiveIntegerField()
    thread = models.BigIntegerField(null=True, db_index=True)
    action = models.CharField(max_length=40)
    source = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        settings.WORKFLOWS_ORGANISATION_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("time of the act"))
    recorded_at = models.DateTimeField(_("time of the record"))
    reason = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "sequence"], name="log_one_row_a_step")
        ]
        indexes = [models.Index(fields=["thread", "at", "id"], name="log_by_thread")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_emptied",
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="""
                    IF current_setting('huiqun.test_flush', true) IS DISTINCT FROM 'on' THEN
                        RAISE EXCEPTION 'the log is never emptied';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type}#{self.subject_id}.{self.sequence} {self.action}"


class Job(models.Model):
    """Something an act causes outside its transaction, kept as a row until it is done (outbox)."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        DONE = "done", _("done")
        FAILED = "failed", pgettext_lazy("sending", "failed")

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["run_after"], name="jobs_due", condition=models.Q(state="pending"))]

    def __str__(self) -> str:
        return f"{self.kind}#{self.pk} {self.state}"
