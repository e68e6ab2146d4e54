"""Of the HTTP API: its routes, its guard, and the ways to authenticate with keys and passwords."""

from __future__ import annotations

from tests.support.faults import Fault

GUARD = "test_api_guard.py"
APP = "test_api.py"
LOGS = "test_api_logs.py"
SERVE = "test_api_serve.py"
KEYS = "test_api_key.py"
PASSWORDS = "test_api_passwords.py"
SESSIONS = "test_api_sessions.py"
TOKEN = "test_api_token.py"

FAULTS = (
    Fault(
        "the downloads are open to all",
        "api/app.py",
        "app.include_router(downloads.routes(settings), dependencies=guarded(guard, methods))",
        "app.include_router(downloads.routes(settings))",
        GUARD,
    ),
    Fault(
        "whoever is refused comes in",
        "api/guard.py",
        'reasons.append(f"{method.name}: {refused}")',
        'return Principal("anyone", method.name)',
        GUARD,
    ),
    Fault(
        "of two credentials, the good one counts",
        "api/guard.py",
        "if len(given) > 1:",
        "if len(given) > 9:",
        GUARD,
    ),
    Fault(
        "failed requests are not counted",
        "api/guard.py",
        "async with self._attempts.one(address(request)):",
        "if True:",
        GUARD,
    ),
    Fault(
        "a thousand guesses at the same time are all let through",
        "api/limits.py",
        "if found.running < left:",
        "if True:",
        GUARD,
    ),
    Fault(
        "every error is a failed attempt",
        "api/limits.py",
        "except RefusedError:",
        "except Exception:",
        GUARD,
    ),
    Fault(
        "failures are never forgotten",
        "api/limits.py",
        "passed * self.allowed / self.seconds",
        "0",
        GUARD,
    ),
    Fault(
        "memory grows with every address",
        "api/limits.py",
        "while len(self.keys) > self.remembered:",
        "while False:",
        GUARD,
    ),
    Fault(
        "an IPv6 client has as many tries as addresses",
        "api/limits.py",
        "(found, 64)",
        "(found, 128)",
        GUARD,
    ),
    Fault(
        "behind some proxies, all clients are one",
        "api/limits.py",
        "found.ipv4_mapped or ",
        "",
        GUARD,
    ),
    Fault(
        "a client says itself which address it has",
        "api/limits.py",
        'host = request.client.host if request.client else ""',
        'host = request.headers.get("X-Forwarded-For", request.client and request.client.host)',
        GUARD,
    ),
    Fault(
        "a refusal says why",
        "api/problems.py",
        "problem = Problem(HTTPStatus.UNAUTHORIZED)",
        "problem = Problem(HTTPStatus.UNAUTHORIZED, str(error))",
        GUARD,
    ),
    Fault(
        "a refusal does not say how to authenticate",
        "api/problems.py",
        'problem.headers.append("WWW-Authenticate", challenge)',
        "pass",
        GUARD,
    ),
    Fault(
        "what was sent comes back in the error",
        "api/problems.py",
        '"what": one["msg"]',
        "\"what\": f\"{one['msg']}: {one['input']}\"",
        APP,
    ),
    Fault(
        "what S3 says goes out",
        "api/problems.py",
        'Problem(HTTPStatus.BAD_GATEWAY, "the storage does not answer as it should")',
        "Problem(HTTPStatus.BAD_GATEWAY, str(error))",
        APP,
    ),
    Fault("every page is the first", "api/downloads.py", "StartAfter=after", 'StartAfter=""', APP),
    Fault(
        "signed URLs are good for a week",
        "api/downloads.py",
        "ExpiresIn=settings.url_seconds",
        "ExpiresIn=604_800",
        APP,
    ),
    Fault(
        "what may not be read is missing",
        "api/downloads.py",
        '["HTTPStatusCode"] != HTTPStatus.NOT_FOUND',
        '["HTTPStatusCode"] < HTTPStatus.BAD_REQUEST',
        APP,
    ),
    Fault(
        "a body may be as long as it likes", "api/app.py", "max_body_size=MAX_BODY_BYTES,", "", APP
    ),
    Fault(
        "readiness waits for as long as S3 does",
        "api/health.py",
        "asyncio.timeout(self._settings.ready_seconds)",
        "asyncio.timeout(None)",
        APP,
    ),
    Fault(
        "each readiness check is a request to S3", "api/health.py", "> FRESH_SECONDS", "> -1", APP
    ),
    Fault(
        "answers may be cached",
        "api/middleware.py",
        'headers["Cache-Control"] = "no-store"',
        "pass",
        APP,
    ),
    Fault(
        "the query is logged",
        "api/middleware.py",
        '"path": scope["path"]',
        '"path": scope["path"] + "?" + scope["query_string"].decode()',
        LOGS,
    ),
    Fault(
        "an exception's text is logged",
        "api/logs.py",
        "[type(error).__name__, *(",
        "[repr(error), *(",
        LOGS,
    ),
    Fault(
        "requests do not say who makes them",
        "api/guard.py",
        "request.state.principal = principal",
        "pass",
        LOGS,
    ),
    Fault(
        "the world is served without authentication",
        "api/commands.py",
        "if not methods and not _is_loopback(arguments.host):",
        "if False:",
        SERVE,
    ),
    Fault(
        "every proxy is trusted",
        "api/commands.py",
        "proxy_headers=bool(settings.trusted_proxies),\n"
        "                    forwarded_allow_ips=settings.trusted_proxies,",
        'proxy_headers=True, forwarded_allow_ips="*",',
        SERVE,
    ),
    Fault(
        "requests under way are broken off",
        "api/commands.py",
        "timeout_graceful_shutdown=settings.shutdown_seconds",
        "timeout_graceful_shutdown=0",
        SERVE,
    ),
    Fault(
        "the server tells its name",
        "api/commands.py",
        "server_header=False",
        "server_header=True",
        SERVE,
    ),
    Fault(
        "any secret fits a key's id",
        "api/auth/api_key.py",
        "if not compare_digest(_digest(secret), digest):",
        "if not rows:",
        KEYS,
    ),
    Fault(
        "an unknown key costs less than a wrong one",
        "api/auth/api_key.py",
        'digest, name, expires = rows[0] if rows else (_NOBODY, "", None)',
        'if not rows:\n            raise RefusedError("no such key")\n'
        "        digest, name, expires = rows[0]",
        KEYS,
    ),
    Fault(
        "secrets of keys are stored as they are",
        "api/auth/api_key.py",
        "return hashlib.sha256(secret.encode()).digest()",
        "return secret.encode()[:32]",
        KEYS,
    ),
    Fault(
        "keys do not expire",
        "api/auth/api_key.py",
        "if expires is not None and expires <= self.clock():",
        "if False:",
        KEYS,
    ),
    Fault(
        "what follows a key is overlooked",
        "api/auth/api_key.py",
        "_SHAPE.fullmatch(key)",
        "_SHAPE.match(key)",
        KEYS,
    ),
    Fault(
        "an unknown user costs no hash",
        "api/auth/passwords.py",
        'user_id, hashed = rows[0] if rows else ("", self._nobody)',
        'if not rows:\n                raise RefusedError("wrong password, or no such user")\n'
        "            user_id, hashed = rows[0]",
        PASSWORDS,
    ),
    Fault(
        "an unknown user may come in",
        "api/auth/passwords.py",
        "if not await self._verify(hashed, password) or not rows:",
        "if not await self._verify(hashed, password):",
        PASSWORDS,
    ),
    Fault(
        "guesses at a user are not counted",
        "api/auth/passwords.py",
        'async with self._attempts.one(f"user {name}"):',
        "if True:",
        PASSWORDS,
    ),
    Fault(
        "a name typed in another way is another to guess at",
        "api/auth/passwords.py",
        "name, password = normal(name), normal(password)",
        "pass",
        PASSWORDS,
    ),
    Fault(
        "passwords are hashed as weakly as in tests",
        "api/auth/passwords.py",
        "hasher or PasswordHasher()",
        "hasher or PasswordHasher(1, 8, 1)",
        PASSWORDS,
    ),
    Fault(
        "as many hashes at once as anyone likes",
        "api/auth/passwords.py",
        "run_in_executor(_HASHING, self._hasher.verify",
        "run_in_executor(None, self._hasher.verify",
        PASSWORDS,
    ),
    Fault(
        "a weaker hash stays",
        "api/auth/passwords.py",
        "if self._hasher.check_needs_rehash(hashed):",
        "if False:",
        PASSWORDS,
    ),
    Fault(
        "a later user of the same name gets the tokens",
        "api/auth/passwords.py",
        "User(secrets.token_hex(8), normal(name))",
        "User(normal(name), normal(name))",
        PASSWORDS,
    ),
    Fault(
        "base64 may hold anything",
        "api/auth/basic.py",
        "validate=True",
        "validate=False",
        "test_api_basic.py",
    ),
    Fault(
        "users are guessed at without the application's limit",
        "api/auth/basic.py",
        "Basic(Passwords(attempts))",
        "Basic(Passwords(type(attempts)()))",
        "test_api_basic.py",
    ),
    Fault(
        "tokens do not expire",
        "api/auth/sessions.py",
        "if expires <= self._clock():",
        "if False:",
        SESSIONS,
    ),
    Fault(
        "a token of one kind is good for another",
        "api/auth/sessions.py",
        "AND kind = ?",
        "AND ? != ''",
        SESSIONS,
    ),
    Fault(
        "tokens are stored as they are",
        "api/auth/sessions.py",
        "return hashlib.sha256(token.encode()).digest()",
        "return token.encode()",
        SESSIONS,
    ),
    Fault(
        "a revoked token stays good",
        "api/auth/sessions.py",
        '"DELETE FROM session WHERE digest = ?"',
        '"SELECT 1 FROM session WHERE digest = ?"',
        SESSIONS,
    ),
    Fault(
        "a logout does nothing",
        "api/auth/token.py",
        "await self._sessions.revoke(token)",
        "pass",
        TOKEN,
    ),
    Fault(
        "logins are not counted by address",
        "api/auth/token.py",
        "async with self._attempts.one(address(request)):\n                user",
        "if True:\n                user",
        TOKEN,
    ),
    Fault(
        "the tokens of a deleted user stay good",
        "api/auth/passwords.py",
        'raise RefusedError("the user does not exist any more")',
        'return User(user_id, "ghost")',
        TOKEN,
    ),
    Fault("others can read the store", "api/auth/store.py", "0o600", "0o644", "test_api_store.py"),
)
