"""The table: for every address its row in the scene, and what each person is told there.

A rule is read from the left, the first part that names a person counts, ``*`` is everybody: ``200 officer; 403
buyer; 404 *``. Visitors of a private page are asked to log in. 404: not yours, as if it did not exist; 403: yours,
but another role's; 302: led on to where it is read or done now.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.journeys.matrix.people import named


class Door(NamedTuple):
    """``row``: a key of the scene. ``rule``: see above."""

    row: str
    rule: str

    def told(self, person: str) -> int:
        for part in self.rule.split(";"):
            status, *names = part.split()
            if names == ["*"] or person in named(" ".join(names)):
                return int(status)
        raise AssertionError(f"{self.rule} says nothing of {person}")


KEEPERS = "200 manager strange_managers; 403 *"  # of the organisation acted for: everybody their own
LEDGER = "403 suppliers stations agencies evaluator resident; 200 *"  # everybody the own buyer's
LINE = "200 buyer regulator; 404 offices other_buyer panellist; 403 *"
ADMINISTRATORS = "200 system_admin; 403 *"
ROOM = "200 winner; 404 bystander loser; 403 *"

# Pages that people who are logged in read; where they hold a form, posting it is judged alike
READ: dict[str, list[Door]] = {
    "rules:add": [Door("rule", ADMINISTRATORS)],
    "catalogue": [Door("", LEDGER)],
    "catalogue_add": [Door("", "200 drafters other_buyer; 403 *")],
    "catalogue_import": [Door("", "200 drafters other_buyer; 403 *")],
    "catalogue_template": [Door("", "200 drafters other_buyer; 403 *")],
    "catalogue_line": [Door("catalogue_line", LINE)],
    "budget": [Door("", LEDGER)],
    "budget_add": [Door("", "200 finance other_buyer; 403 *")],
    "budget_import": [Door("", "200 finance other_buyer; 403 *")],
    "budget_template": [Door("", "200 finance other_buyer; 403 *")],
    "budget_line": [Door("budget_line", LINE)],
    "calls:start": [Door("project", "200 drafters mandated; 403 buyer; 404 *")],
    "calls:draft": [Door("draft_step", "302 drafters mandated; 403 buyer; 404 *")],  # handed in: to be looked at only
    "calls:correct": [Door("open_call", "200 approver; 403 buyer; 404 *")],
    "calls:questions": [Door("open_call", "200 approver drafters mandated; 403 buyer; 404 *")],
    "preferences": [Door("", "200 *")],
    "wechat": [Door("", "404 *")],  # not offered here; what it does: tests/accounts/test_binding.py
    "notifications": [Door("", "200 *")],
    "notification": [Door("told", "302 drafter; 404 *")],
    "deliveries": [Door("", ADMINISTRATORS)],
    "me": [Door("", "200 *")],
    "own_organisation": [Door("", "403 resident; 200 *")],
    "organisation_contact": [Door("", KEEPERS)],
    "qualification_add": [Door("", KEEPERS)],
    "qualification": [Door("qualification", "200 winners system_admin; 404 *")],
    "qualification_file": [Door("qualification", "200 winner_manager system_admin; 403 winners; 404 *")],
    "mandate_add": [Door("", "200 manager approver other_buyer; 404 strange_managers; 403 *")],
    "mandate": [Door("mandate", "200 buyer agency; 404 *")],
    "mandate_file": [Door("mandate", "200 manager approver agency; 403 buyer; 404 *")],
    "people": [Door("", KEEPERS)],
    "people_invite": [Door("", KEEPERS)],
    "people_import": [Door("", KEEPERS)],
    "people_template": [Door("", KEEPERS)],
    "member": [Door("member", "200 manager system_admin; 403 buyer; 404 *")],
    "experts": [Door("", "200 regulator system_admin; 302 experts; 403 *")],
    "expert_mine": [Door("", "200 experts; 403 *")],
    "expert": [Door("expert", "200 regulator system_admin; 403 *")],
    "organisations": [Door("", ADMINISTRATORS)],
    "organisation_add": [Door("", ADMINISTRATORS)],
    "organisation": [Door("buyer", ADMINISTRATORS)],
    "organisation_correct": [Door("buyer", ADMINISTRATORS)],
    "organisation_invite": [Door("buyer", ADMINISTRATORS)],
    "awards:duties": [Door("", "403 resident; 200 *")],
    "awards:challenges": [
        Door("", "403 admins stations editor experts finance manager resident winner_manager; 200 *")
    ],
    "awards:challenge": [Door("challenge", "200 approver drafters officer signatory mandated loser regulator; 404 *")],
    "awards:evidence": [Door("evidence", "200 approver drafters officer signatory mandated loser regulator; 404 *")],
    "awards:file": [Door("awarded_call", "200 loser winner winner_signatory; 403 winner_manager; 404 *")],
    "awards:own_result": [
        Door("lost", "200 loser; 404 *"),
        Door("won", "200 winner winner_signatory; 403 winner_manager; 404 *"),
        Door("sealed", "404 *"),
    ],
    "awards:remedy": [Door("award", "302 approver; 403 buyer; 404 *")],
    "awards:low_price": [Door("low", "200 winner; 403 winners; 404 *")],
    "awards:low_price_judge": [Door("low", "200 officer mandated; 403 buyer; 404 *"), Door("sealed", "404 *")],
    "awards:draw": [Door("opened_call", "200 officer mandated; 403 buyer; 404 *")],
    "awards:qualification": [Door("opened_call", "200 officer drafters mandated; 403 buyer; 404 *")],
    "awards:declare": [Door("panel", "200 panellist; 404 *")],
    "awards:score": [Door("panel", "200 panellist; 404 *")],
    "awards:sign": [Door("panel", "200 panellist; 404 *")],
    "awards:signing": [Door("panel", "200 officer mandated; 403 buyer; 404 *")],
    "bids:room": [Door("lot", "200 winner bystander; 302 loser; 403 *")],  # open to every supplier
    "bids:review": [Door("lot", "200 winner bystander; 302 loser; 403 *")],
    "bids:receipt": [Door("lot", "302 winner bystander; 200 loser; 403 *")],
    "bids:copy": [Door("lot", "200 winner; 302 bystander loser; 403 *")],
    "bids:upload": [Door("upload", ROOM)],
    "bids:opening": [Door("open_call", "200 approver drafters officer mandated loser regulator; 403 buyer; 404 *")],
    "bids:opening_live": [
        Door("opened_call", "200 approver drafters officer mandated loser winner regulator; 403 buyer winners; 404 *")
    ],
    "bids:offer": [
        Door("lost", "200 drafters officer mandated loser panellist regulator; 403 buyer; 404 *"),
        Door("sealed", "403 loser; 404 *"),  # sealed is sealed, for its bidder too
    ],
    "bids:file": [Door("draft_file", "200 winner; 403 winners; 404 *")],
    "workspace": [Door("", "200 *")],
    "tables": [Door("", "200 system_admin editor resident winner_manager; 302 *")],
    "unlock": [Door("lock", "200 security_admin; 403 *")],
    "login_state": [Door("login", "200 security_admin; 403 *")],
    "log_check_order": [Door("", "200 audit_admin; 403 *")],
    "log_check": [Door("log_check", "200 audit_admin; 403 *")],
    "table": [
        Door("table", "403 offices stations experts manager resident winner_manager; 200 *"),
        Door("mandates", "200 buyer other_buyer agencies; 403 *"),
        Door("mandated_calls", "200 agencies; 403 *"),
        Door("splitting", "200 drafters approver other_buyer regulator; 403 *"),
        *(Door(name, "200 regulator; 403 *") for name in ("all_threads", "overdue", "irregularities")),
        *(Door(name, "200 security_admin; 403 *") for name in ("locks", "logins", "role_grants")),
        *(Door(name, "200 audit_admin; 403 *") for name in ("log_checks", "exports_made", "key_uses")),
        Door("safety_records", "200 security_admin audit_admin; 403 *"),
        Door("offers", "200 drafters officer other_buyer agencies; 403 *"),
    ],
    "table_file": [Door("table_file", "403 offices stations experts manager resident winner_manager; 200 *")],
    "table_export": [Door("export", "200 drafter; 404 *")],
    "table_export_file": [Door("export", "200 drafter; 404 *")],
    "deed": [Door("publishing", "200 approver; 404 other_buyer; 403 *")],
    "wechat_drafts": [Door("", "200 editor; 403 *")],
    "own_subscriptions": [Door("", "200 *")],
    "webhooks": [Door("", "200 manager strange_managers system_admin; 403 *")],
    "webhook_new": [Door("", "200 manager strange_managers system_admin; 403 *")],
    "webhook": [Door("receiver", "200 manager system_admin; 404 strange_managers; 403 *")],
}

# Addresses that are only posted to: what an empty form is told (400, 409: let in, but not so)
DONE: dict[str, list[Door]] = {
    "act_for": [Door("", "403 *")],  # an organisation of one's own has to be named
    "calls:take_over": [
        Door("draft", "404 drafters mandated; 403 buyer; 404 *")
    ],  # names no template: nothing is found
    "calls:hand_in": [Door("draft", "302 drafters mandated; 403 buyer; 404 *")],
    "calls:take": [Door("open_call", "302 winner loser bystander; 403 *")],
    "notifications_read": [Door("", "302 *")],  # one's own
    "wechat_remove": [Door("", "404 *")],  # not offered here
    "delivery_again": [Door("sending", "302 system_admin; 403 *")],
    "registration_again": [Door("", "404 manager strange_managers; 403 *")],
    "invitation_change": [Door("invited", "404 manager; 403 buyer; 404 *")],  # names no change: nothing is found
    "deputy_end": [Door("deputy", "302 manager system_admin; 403 buyer; 404 *")],
    "employment_end": [Door("employment", "302 evaluator; 404 panellist; 403 *")],
    "interest_withdraw": [Door("interest", "302 evaluator; 404 panellist; 403 *")],
    "registration_decide": [Door("registered", "400 system_admin; 403 *")],
    "awards:cell": [Door("panel", "400 panellist; 404 *")],
    "bids:fill": [Door("lot", "400 winner bystander; 409 loser; 403 *")],
    "bids:attach": [Door("lot", "400 winner bystander; 409 loser; 403 *")],
    "bids:upload_start": [Door("lot", "400 winner bystander; 409 loser; 403 *")],
    "bids:upload_piece": [Door("piece", "400 winner; 404 bystander loser; 403 *")],
    "bids:upload_finish": [Door("upload", "409 winner; 404 bystander loser; 403 *")],
    "bids:upload_remove": [Door("upload", "302 winner; 404 bystander loser; 403 *")],
    "wechat_draft": [Door("shared", "302 editor; 403 *")],
    "subscription_remove": [Door("subscription", "302 resident; 404 *")],
    "webhook_move": [Door("receiver", "302 manager system_admin; 404 strange_managers; 403 *")],
}

# What anybody reads without logging in, members and officials alike
PUBLIC: dict[str, list[Door]] = {
    **{name: [Door("", "200 *")] for name in (
        "healthz", "readyz", "rules:table", "rules:calendar", "rules:template", "register", "needs", "reports", "data",
        "calendar_feed", "threads", "search", "search_suggest", "ocds_releases", "api_docs", "openapi", "area_offers",
        "api_v1_calls", "api_v1_notices", "api_v1_threads", "api_v1_needs", "api_v1_organisations",
        "api_v1_evaluations", "api_v1_statistics", "public_organisations", "statistics", "verify", "survey_enter",
    )},
    **{name: [Door("thread", "200 *")] for name in ("thread", "thread_log", "api_v1_thread")},
    **{name: [Door("notice", "200 *")] for name in ("notice", "notice_export")},
    **{name: [Door("shared", "200 *")] for name in ("share", "share_card", "share_wechat", "share_wechat_zip")},
    **{name: [Door("ocid", "200 *")] for name in ("ocds_record", "ocds_package")},
    "setup": [Door("", "404 *")],  # there is an administrator
    "preference": [Door("choice", "302 *")],
    "rules:calendar_year": [Door("year", "200 *")],
    "rules:rule": [Door("rule", "200 *")],
    "invitation": [Door("invitation", "200 *")],  # its address is the proof
    "wechat_scan": [Door("wechat_code", "404 *")],  # not offered here
    "wechat_back": [Door("", "404 *")],
    "sign_up": [Door("sign_up", "200 *")],  # so is this one
    "survey": [Door("code", "200 *")],
    "subscribe": [Door("", "200 visitor; 302 *")],  # to one's own list
    "subscribe_confirm": [Door("confirming", "200 *")],
    "subscribe_leave": [Door("leaving", "200 *")],
    "site_css": [Door("css", "200 *")],
    "awards:draw_record": [Door("draw", "200 *")],
    "notice_export_file": [Door("notice_file", "200 *")],
    "paper": [Door("paper", "202 *"), Door("receipt", "202 loser; 404 *")],
    "api_v1_call": [Door("api_call", "200 *")],
    "api_v1_notice": [Door("api_notice", "200 *")],
    "api_v1_need": [Door("api_need", "200 *")],
    "api_v1_organisation": [Door("code_of_buyer", "200 *")],
    "api_v1_evaluation": [Door("number", "200 *")],
    "feed": [Door("feed", "200 *")],
    "data_releases": [Door("year", "200 *")],
    "data_file": [Door("year_file", "200 *")],
    "public_organisation": [Door("organisation", "200 *")],
    "statistics_csv": [Door("figure", "200 *")],
    "verify_number": [Door("number", "200 *")],
}  # fmt: skip

# Our pages inside Wagtail's admin, which leads everybody but editors to its login
EDITORS: dict[str, list[Door]] = {
    "events_signed_up": [Door("", "200 editor; 302 *")],
    "event_sign_ups": [Door("event", "200 editor; 302 *")],
    "event_sign_ups_csv": [Door("event", "200 editor; 302 *")],
}
EVERY = {**READ, **DONE, **PUBLIC, **EDITORS}
