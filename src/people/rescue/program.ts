/**
 * What authentik's own `ak shell` runs for us, in its container: it needs no token, no proxy and no API. The request
 * comes in on standard input, because arguments can be read by everybody on the machine. authentik writes its log to
 * standard output, too, so the answer is a line that begins with a word of its own.
 *
 * `ak create_recovery_key` counts minutes since 2025.10 and years before, and `ak changepassword` wants a terminal:
 * this calls what stands behind them. Only devices of second factors are removed, no other sort that a release may
 * have.
 */
export const program = `
import json
import sys
from datetime import timedelta
from django.utils.timezone import now
from authentik.core.models import User
from authentik.policies.reputation.models import Reputation
from authentik.recovery.lib import create_recovery_token
from authentik.stages.authenticator import devices_for_user

request = json.load(sys.stdin)
answer = {}
if request["do"] == "people":
    answer["people"] = [
        {"username": u.username, "active": u.is_active, "admin": u.is_superuser}
        for u in User.objects.filter(type__in=["internal", "external"])
    ]
else:
    user = User.objects.get(username=request["user"])
    if request["do"] == "link":
        expires = now() + timedelta(minutes=request["minutes"])
        answer["path"] = create_recovery_token(user, expires, "homeauth rescue")[1]
    if request["do"] == "password":
        user.set_password(request["password"])
    if request["do"] == "second-factor":
        devices = [
            d for d in devices_for_user(user, confirmed=None)
            if d._meta.app_label.startswith("authentik_stages_authenticator")
        ]
        for device in devices:
            device.delete()
        answer["removed"] = len(devices)
    else:
        user.is_active = True
        user.save()
        Reputation.objects.filter(identifier=user.username).delete()
print("\\nhomeauth-answer " + json.dumps(answer))
`;

/** What the answer's line begins with. */
export const answerMark = 'homeauth-answer ';
