"""Pages about organisations and people. They stand before the workspace's own, whose addresses are wider."""

from django.urls import path

from procurement.accounts.views import experts, imports, joining, me, offices, organisations, people, safety

OWN, STAFF, POOL, OFFICE = (
    "workspace/organisations/",
    "workspace/people/",
    "workspace/experts/",
    "workspace/admin/organisations/",
)

urlpatterns = [
    path("setup/", joining.first_administrator, name="setup"),
    path("accounts/register/", joining.register, name="register"),
    path("accounts/me/", me.me, name="me"),
    path("accounts/invitations/<str:token>/", joining.invitation, name="invitation"),
    path(OWN, organisations.own, name="own_organisation"),
    path(f"{OWN}contact/", organisations.contact, name="organisation_contact"),
    path(f"{OWN}hand-in/", organisations.hand_in_again, name="registration_again"),
    path(f"{OWN}qualifications/add/", organisations.add_qualification, name="qualification_add"),
    path(f"{OWN}qualifications/<int:pk>/", organisations.qualification, name="qualification"),
    path(f"{OWN}qualifications/<int:pk>/file/", organisations.qualification_file, name="qualification_file"),
    path(STAFF, people.people, name="people"),
    path(f"{STAFF}invite/", people.invite, name="people_invite"),
    path(f"{STAFF}import/", imports.import_staff, name="people_import"),
    path(f"{STAFF}import/staff.xlsx", imports.template_file, name="people_template"),
    path(f"{STAFF}invitations/<int:pk>/", people.change_invitation, name="invitation_change"),
    path(f"{STAFF}<int:pk>/", people.member, name="member"),
    path(f"{STAFF}<int:pk>/deputies/<int:deputy>/end/", people.end_deputy, name="deputy_end"),
    path(POOL, experts.experts, name="experts"),
    path(f"{POOL}mine/", experts.mine, name="expert_mine"),
    path(f"{POOL}mine/employments/<int:pk>/end/", experts.end_employment, name="employment_end"),
    path(f"{POOL}mine/interests/<int:pk>/withdraw/", experts.withdraw_interest, name="interest_withdraw"),
    path(f"{POOL}<int:pk>/", experts.expert, name="expert"),
    path(OFFICE, offices.organisations, name="organisations"),
    path(f"{OFFICE}add/", offices.bring_in, name="organisation_add"),
    path(f"{OFFICE}<int:pk>/", offices.organisation, name="organisation"),
    path(f"{OFFICE}<int:pk>/correct/", offices.correct, name="organisation_correct"),
    path(f"{OFFICE}<int:pk>/decide/", offices.decide, name="registration_decide"),
    path(f"{OFFICE}<int:pk>/invite/", offices.invite_into, name="organisation_invite"),
    path("workspace/security/locks/<int:pk>/", safety.unlock, name="unlock"),
    path("workspace/security/logins/<int:pk>/", safety.login, name="login_state"),
    path("workspace/audit/checks/add/", safety.order_check, name="log_check_order"),
    path("workspace/audit/checks/<int:pk>/", safety.check, name="log_check"),
]
