"""Mistakes in the ways to authenticate that rest on tokens of others: jwt, oauth2 and passkey."""

from __future__ import annotations

from tests.support.faults import Fault

JWT = "test_api_jwt.py"
KEYS = "test_api_keys.py"
ONCE = "test_api_once.py"
COMMANDS = "test_api_jwt_commands.py"
PROVIDER = "test_api_oauth2.py"
LOGIN = "test_api_oauth2_login.py"
PASSKEY = "test_api_passkey.py"

FAULTS: tuple[Fault, ...] = (
    # What a token is.
    Fault(
        "the token chooses its algorithm",
        "api/auth/signed.py",
        'if header.get("alg") != rules.algorithm:\n        raise RefusedError("another algorithm")',
        'object.__setattr__(rules, "algorithm", header.get("alg"))',
        JWT,
    ),
    Fault(
        "a token may bring a key, or demands",
        "api/auth/signed.py",
        "or not header.keys() <= _HEADERS",
        "or False",
        JWT,
    ),
    Fault(
        "any type of token will do",
        "api/auth/signed.py",
        '.removeprefix("application/") not in rules.types',
        " == 1",
        JWT,
    ),
    Fault(
        "a header may name things twice", "api/auth/signed.py", "len(found) < len(pairs)", "0", JWT
    ),
    Fault("a huge token is read", "api/auth/signed.py", "len(token) > MAX_LENGTH or ", "", JWT),
    Fault(
        "a header of brackets ends the request in an error",
        "api/auth/signed.py",
        "except (ValueError, RecursionError):",
        "except ValueError:",
        JWT,
    ),
    Fault(
        "the audience is not compared",
        "api/auth/signed.py",
        'wanted["aud"] = {"essential": True, "value": rules.audience}',
        'wanted["aud"] = {"essential": True}',
        JWT,
    ),
    Fault(
        "the issuer is not compared",
        "api/auth/signed.py",
        'wanted["iss"] = {"essential": True, "value": rules.issuer}',
        'wanted["iss"] = {"essential": True}',
        JWT,
    ),
    Fault(
        "a token needs no expiry",
        "api/auth/signed.py",
        '("sub", "exp", "iat",',
        '("sub", "iat",',
        JWT,
    ),
    Fault(
        "the leeway is huge",
        "api/auth/signed.py",
        "int(now), rules.leeway,",
        "int(now), 9999,",
        JWT,
    ),
    Fault("the clock stands still", "api/auth/signed.py", "int(now), rules", "0, rules", JWT),
    Fault("no claim is looked at", "api/auth/signed.py", "registry.validate(claims)", "pass", JWT),
    Fault(
        "a token may be good for years",
        "api/auth/signed.py",
        "> rules.max_lifetime",
        "> 10**12",
        JWT,
    ),
    Fault(
        "a subject may break the line",
        "api/auth/signed.py",
        "if not subject.isprintable():",
        "if False:",
        JWT,
    ),
    # Which key.
    Fault(
        "any key will do for an unknown id",
        "api/auth/keys.py",
        "return keys.get(name)",
        "return keys.get(name, next(iter(keys.values())))",
        JWT,
    ),
    Fault(
        "without an id, the first key is tried",
        "api/auth/keys.py",
        "return next(iter(keys.values())) if len(keys) == 1 else None",
        "return next(iter(keys.values()))",
        JWT,
    ),
    Fault("short secrets will do", "api/auth/keys.py", "< _SECRET_SIZE:", "< 1:", KEYS),
    Fault(
        "short RSA keys will do",
        "api/auth/keys.py",
        'warnings.simplefilter("error", SecurityWarning)',
        'warnings.simplefilter("ignore", SecurityWarning)',
        KEYS,
    ),
    Fault(
        "a key for something else signs",
        "api/auth/keys.py",
        "JWSRegistry.algorithms[algorithm].check_key(key)",
        "pass",
        KEYS,
    ),
    Fault(
        "of two keys with one id, the last counts",
        "api/auth/keys.py",
        "or len(found) < len(keys)",
        "or False",
        KEYS,
    ),
    # Once.
    Fault(
        "a used token is let in again",
        "api/auth/jwt.py",
        "if self._used and not await",
        "if self._used and await",
        JWT,
    ),
    Fault(
        "jti is not kept", "api/auth/jwt.py", "if self._used and not await", "if 0 and await", JWT
    ),
    Fault(
        "a used token is forgotten at once",
        "api/auth/jwt.py",
        'claims.all["jti"], claims.expires)',
        'claims.all["jti"], 0)',
        JWT,
    ),
    Fault(
        "an id is no condition for single use",
        "api/auth/jwt_settings.py",
        '(*self.required, "jti") if self.single_use else self.required',
        "self.required",
        JWT,
    ),
    Fault(
        "what may be used once, may be used again",
        "api/auth/once.py",
        "DELETE FROM once WHERE kind = ? AND digest = ? RETURNING value, expires",
        "SELECT value, expires FROM once WHERE kind = ? AND digest = ?",
        ONCE,
    ),
    Fault("nothing is too old", "api/auth/once.py", "taken[0][1] > self._clock()", "True", ONCE),
    Fault("kinds get mixed up", "api/auth/once.py", "self._kind = kind", 'self._kind = ""', ONCE),
    Fault(
        "there is always room",
        "api/auth/once.py",
        "WHERE kind = ?) < ?",
        "WHERE kind = ?) < ? + 9",
        ONCE,
    ),
    # The commands.
    Fault(
        "everyone may read the private key",
        "api/auth/jwt_commands.py",
        "0o600",
        "0o644",
        COMMANDS,
    ),
    Fault(
        "the set for all holds private keys",
        "api/auth/jwt_commands.py",
        "[one.as_dict() for one in",
        "[one.as_dict(private=True) for one in",
        COMMANDS,
    ),
    Fault(
        "a new key takes the place of the others",
        "api/auth/jwt_commands.py",
        "for one in (*known, key)]",
        "for one in (key,)]",
        COMMANDS,
    ),
    # The provider.
    Fault(
        "each unknown key makes us ask the provider",
        "api/auth/provider.py",
        "if now - self._tried < PAUSE:",
        "if False:",
        PROVIDER,
    ),
    Fault(
        "keys that are withdrawn count for ever",
        "api/auth/provider.py",
        "if self._known(name) is None or now - self._fetched > FRESH:",
        "if self._known(name) is None:",
        PROVIDER,
    ),
    Fault(
        "an answer may be of any size",
        "api/auth/provider.py",
        "if len(content) > MAX_SIZE:",
        "if False:",
        PROVIDER,
    ),
    Fault("any number of keys", "api/auth/provider.py", "or len(found) > MAX_KEYS", "", PROVIDER),
    Fault(
        "the provider can send us elsewhere",
        "api/auth/provider.py",
        "allow_redirects=False",
        "allow_redirects=True",
        PROVIDER,
    ),
    Fault(
        "metadata of another issuer are believed",
        "api/auth/provider.py",
        'if found.get("issuer") != self._issuer:',
        "if False:",
        PROVIDER,
    ),
    Fault(
        "keys come from any address",
        "api/auth/provider.py",
        "if not all(is_safe(place) for place in places.values()):",
        "if False:",
        PROVIDER,
    ),
    Fault(
        "plain HTTP will do",
        "api/auth/oauth2_settings.py",
        '(parts.scheme == "http" and host in _LOOPBACK)',
        'parts.scheme == "http"',
        PROVIDER,
    ),
    Fault(
        "one key that does not fit spoils the rest",
        "api/auth/provider.py",
        "                continue",
        "                break",
        PROVIDER,
    ),
    Fault(
        "an ID token is an access token",
        "api/auth/oauth2_settings.py",
        "self._rules(self.audience, self.typ.lower())",
        'self._rules(self.audience, self.typ.lower(), "jwt")',
        PROVIDER,
    ),
    # The code flow.
    Fault(
        "a login may be finished in any browser",
        "api/auth/code_flow.py",
        "if not hmac.compare_digest(state.encode(), cookie.encode()):",
        "if False:",
        LOGIN,
    ),
    Fault(
        "any state is one of ours",
        "api/auth/code_flow.py",
        'raise RefusedError("no such login under way")',
        """kept = '{"nonce": "", "verifier": ""}'""",
        LOGIN,
    ),
    Fault(
        "the nonce is not compared",
        "api/auth/code_flow.py",
        'if claims.all["nonce"] != nonce:',
        "if False:",
        LOGIN,
    ),
    Fault(
        "PKCE is plain",
        "api/auth/code_flow.py",
        '"code_challenge_method": "S256"',
        '"code_challenge_method": "plain"',
        LOGIN,
    ),
    Fault(
        "no verifier goes out",
        "api/auth/code_flow.py",
        '            "code_verifier": login["verifier"],\n',
        "",
        LOGIN,
    ),
    Fault(
        "any provider may answer",
        "api/auth/code_flow.py",
        "if issuer is not None and issuer != self._settings.issuer:",
        "if False:",
        LOGIN,
    ),
    Fault(
        "an ID token for another client",
        "api/auth/code_flow.py",
        'claims.all.get("azp", self._settings.client_id)',
        "self._settings.client_id",
        LOGIN,
    ),
    Fault(
        "scripts read the cookie",
        "api/auth/oauth2.py",
        "LOGIN_SECONDS, secure=secure, httponly=True",
        "LOGIN_SECONDS, secure=secure",
        LOGIN,
    ),
    # Passkeys.
    Fault(
        "the user need not be verified to log in",
        "api/auth/ceremonies.py",
        "credential_current_sign_count=tried.uses,\n"
        "                require_user_verification=True,",
        "credential_current_sign_count=tried.uses,",
        PASSKEY,
    ),
    Fault(
        "the user need not be verified to register",
        "api/auth/ceremonies.py",
        "expected_rp_id=self.settings.rp_id,\n                require_user_verification=True,",
        "expected_rp_id=self.settings.rp_id,",
        PASSKEY,
    ),
    Fault(
        "the counter is not compared",
        "api/auth/ceremonies.py",
        "credential_current_sign_count=tried.uses",
        "credential_current_sign_count=0",
        PASSKEY,
    ),
    Fault(
        "the counter is not kept",
        "api/auth/ceremonies.py",
        "return replace(passkey, uses=verified.new_sign_count)",
        "return passkey",
        PASSKEY,
    ),
    Fault(
        "two of a kind at once are both let in",
        "api/auth/passkey_store.py",
        "AND (uses < ? OR ? = 0)",
        "AND (uses <= ? OR ? = 0)",
        PASSKEY,
    ),
    Fault(
        "someone else's handle will do",
        "api/auth/ceremonies.py",
        "if parsed.response.user_handle != passkey.owner:",
        "if False:",
        PASSKEY,
    ),
    Fault(
        "nobody's key opens the door",
        "api/auth/ceremonies.py",
        "if passkey is None or parsed.raw_id != passkey.id:",
        "passkey = tried\n        if parsed.raw_id != passkey.id:",
        PASSKEY,
    ),
    Fault(
        "finding none is quicker",
        "api/auth/ceremonies.py",
        "tried = passkey or NOBODY",
        "if passkey is None:\n"
        '            raise RefusedError("login: no such passkey")\n'
        "        tried = passkey",
        PASSKEY,
    ),
    Fault(
        "frames of other sites will do",
        "api/auth/ceremonies.py",
        "if parse_client_data_json(client_data).cross_origin:",
        "if False:",
        PASSKEY,
    ),
    Fault(
        "a challenge is always the same",
        "api/auth/passkey.py",
        "challenge = secrets.token_bytes(32)\n            ceremony",
        "challenge = bytes(32)\n            ceremony",
        PASSKEY,
    ),
    Fault(
        "anyone may register",
        "api/auth/passkey.py",
        'raise RefusedError("no such invitation")',
        'name = "ada"',
        PASSKEY,
    ),
    Fault(
        "a passkey takes the place of another",
        "api/auth/passkey_store.py",
        "ON CONFLICT DO NOTHING RETURNING id",
        "ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, public_key = excluded.public_key"
        " RETURNING id",
        PASSKEY,
    ),
    Fault(
        "logins outlive their passkey",
        "api/auth/passkey.py",
        'raise RefusedError("logged in with a passkey that is gone")',
        'name = "ada"',
        PASSKEY,
    ),
    Fault(
        "a login does not end",
        "api/auth/passkey.py",
        'Sessions(store, "passkey", settings.session_seconds, clock)',
        'Sessions(store, "passkey", 1e9, clock)',
        PASSKEY,
    ),
    Fault(
        "a login may take for ever",
        "api/auth/passkey.py",
        "expires = self._passkeys.clock() + self._settings.challenge_seconds",
        "expires = self._passkeys.clock() + 1e9",
        PASSKEY,
    ),
    Fault(
        "the log holds the ceremony",
        "api/auth/passkey.py",
        'raise RefusedError(f"no such {kind} under way")',
        'raise RefusedError(f"no such {kind} under way: {ceremony}")',
        PASSKEY,
    ),
)
