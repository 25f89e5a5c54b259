"""Pages of this room. Mounted at `/`."""

from django.urls import path

from letters import revoked, views

app_name = "letters"
urlpatterns = [
    path("verify/", views.verify, name="verify"),
    path("verify/revoked/", revoked.revoked, name="revoked"),
    path("verify/revoked.json", revoked.revoked_json, name="revoked_json"),
    path("verify/revoked.jws", revoked.revoked_signed, name="revoked_signed"),
    path("verify/keys/", views.signing_keys, name="keys"),
    path("verify/keys/<slug:key_id>.pem", views.certificate, name="certificate"),
    path("verify/keys.json", views.jwk_set, name="keys_jwk"),
    path("verify/keys.cbor", views.cose_key_set, name="keys_cose"),
    path("verify/trust.pem", views.trust, name="trust"),
    # The code in the QR is all capitals, so that it stays coarse enough to scan from paper.
    path("v/<slug:token>", views.status, name="status"),
    path("V/<slug:token>", views.status, name="status_capitals"),
]
