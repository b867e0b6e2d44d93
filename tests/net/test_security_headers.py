"""The Content-Security-Policy of a response."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from twisted_chat.net.security_headers import secure

NO_SOCKETS = "connect-src 'self';"


class PolicyTests(SynchronousTestCase):
    """It permits the WebSockets of the host that was asked, and nothing else."""

    def policy(self, *hosts: str, scripts: tuple[str, ...] = ()) -> str:
        response, request = Headers(), Headers()
        request.setRawHeaders("Host", list(hosts))
        secure(response, request, scripts)
        (policy,) = response.getRawHeaders("Content-Security-Policy") or ()
        return policy

    def test_host_may_be_connected_to_by_websocket(self) -> None:
        """Safari needs it by name."""
        allowed = "connect-src 'self' ws://chat.example:3000 wss://chat.example:3000;"
        self.assertIn(allowed, self.policy("chat.example:3000"))

    def test_malformed_host_is_not_in_the_policy(self) -> None:
        """A header cannot add to the policy."""
        for host in ("x; script-src *", "x y", "", "[::1]; x"):
            self.assertIn(NO_SOCKETS, self.policy(host))
        self.assertIn(NO_SOCKETS, self.policy("one.example", "two.example"))
        self.assertIn(NO_SOCKETS, self.policy())

    def test_ipv6_address_is_not_in_the_policy(self) -> None:
        """Browsers report it as an invalid source; ``'self'`` covers WebSockets."""
        for host in ("[::1]:3000", "[::1]", "[2001:db8::1]:443"):
            self.assertIn(NO_SOCKETS, self.policy(host))

    def test_scripts_within_the_page_are_permitted_by_their_hashes(self) -> None:
        """And no others."""
        self.assertIn("script-src 'self';", self.policy("x"))
        policy = self.policy("x", scripts=("sha256-a=", "sha256-b="))
        self.assertIn("script-src 'self' 'sha256-a=' 'sha256-b=';", policy)

    def test_response_does_not_name_the_software(self) -> None:
        """Twisted would."""
        response = Headers({"Server": ["TwistedWeb"]})
        secure(response, Headers(), ())
        self.assertFalse(response.hasHeader("Server"))
