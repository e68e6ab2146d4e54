"""Mistakes that someone could make in the downloader."""

from __future__ import annotations

from tests.support.faults import Fault

ENGINES = "test_download.py"
HOSTILE = "test_download_hostile.py"
PARTS = "test_download_parts.py"
COMMANDS = "test_download_commands.py"

FAULTS = (
    Fault(
        "another version is mixed in: no If-Range, no look at the ETag",
        module="download/remote.py",
        right='            return answer.headers.get("etag") != self.etag',
        wrong="            return False",
        tests=HOSTILE,
    ),
    Fault(
        "no If-Range",
        module="download/fetch.py",
        right='headers["if-range"] = location.remote.validator',
        wrong="pass",
        tests=ENGINES,
    ),
    Fault(
        "a whole file is taken for a part",
        module="download/remote.py",
        right="if answer.status in {OK, 412, UNSATISFIABLE}:",
        wrong="if answer.status in {412, UNSATISFIABLE}:",
        tests=ENGINES,
    ),
    Fault(
        "other bytes than asked for are taken",
        module="download/remote.py",
        right="found[:2] != (first, end - 1)",
        wrong="found[1] is None",
        tests=HOSTILE,
    ),
    Fault(
        "more bytes than asked for are written",
        module="download/fetch.py",
        right="if end is not None and piece.position + len(data) > end:",
        wrong="if False:",
        tests=HOSTILE,
    ),
    Fault(
        "an answer that ends early counts as complete",
        module="download/with_threads.py",
        right="if response.length:",
        wrong="if False:",
        tests=ENGINES,
    ),
    Fault(
        "asyncio: a connection that breaks ends the answer",
        module="download/with_asyncio.py",
        right="if self._in_head or self._chunks or self._left is not None or error:",
        wrong="if self._in_head:",
        tests=ENGINES,
    ),
    Fault(
        "asyncio: what was read when the connection breaks is lost",
        module="download/with_asyncio.py",
        right="            if not self._in_head:\n",
        wrong="            if False:\n",
        tests=ENGINES,
    ),
    Fault(
        "asyncio: a silent server is waited for",
        module="download/with_asyncio.py",
        right="if silent >= self._timeout:",
        wrong="if silent >= self._timeout + 3600:",
        tests=ENGINES,
    ),
    Fault(
        "two framings at once are accepted",
        module="download/exchange.py",
        right=' or (self.chunked and "content-length" in self.headers):',
        wrong=":",
        tests=HOSTILE,
    ),
    Fault(
        "asyncio: a header may end its line",
        module="download/http1.py",
        right="if any(not line.isprintable() for line in lines):",
        wrong="if not lines:",
        tests=HOSTILE,
    ),
    Fault(
        "aiohttp undoes a content coding",
        module="download/with_aiohttp.py",
        right="auto_decompress=False",
        wrong="auto_decompress=True",
        tests=ENGINES,
    ),
    Fault(
        "certificates are not checked",
        module="download/tls.py",
        right="return ssl.create_default_context()",
        wrong="return ssl._create_unverified_context()",
        tests=ENGINES,
    ),
    Fault(
        "connections are added to a busy processor",
        module="download/transfer.py",
        right="if process_time() - busy < BUSY *",
        wrong="if process_time() - busy <= 2 *",
        tests=ENGINES,
    ),
    Fault(
        "the first connections are all there are",
        module="download/transfer.py",
        right="if number == FIRST_CONNECTIONS and not await _has_time_to_spare(tasks):",
        wrong="if number == FIRST_CONNECTIONS:",
        tests=ENGINES,
    ),
    Fault(
        "a read takes one TLS record",
        module="download/tls.py",
        right="while count < size and",
        wrong="while not count and",
        tests=ENGINES,
    ),
    Fault(
        "a read leaves a TLS connection without a timeout",
        module="download/tls.py",
        right="self.settimeout(timeout)",
        wrong="pass",
        tests=ENGINES,
    ),
    Fault(
        "credentials follow a redirect to another server",
        module="download/fetch.py",
        right="headers = {}  # they are for whom they were given",
        wrong="pass",
        tests=ENGINES,
    ),
    Fault(
        "a redirect may leave https",
        module="download/fetch.py",
        right="if url.secure and not following.secure:",
        wrong="if False:",
        tests=ENGINES,
    ),
    Fault(
        "an address that expires ends the download",
        module="download/fetch.py",
        right="if renewals > RENEWALS:",
        wrong="if renewals:",
        tests=PARTS,
    ),
    Fault(
        "Retry-After is not heard",
        module="download/fetch.py",
        right="await sleep(max(wait, error.retry_after))",
        wrong="await sleep(wait)",
        tests=ENGINES,
    ),
    Fault(
        "a piece begins anew where it broke off",
        module="download/fetch.py",
        right="            location = await self.locate()\n",
        wrong=(
            "            location = await self.locate()\n"
            "            piece.position = furthest = piece.start\n"
        ),
        tests=ENGINES,
    ),
    Fault(
        "a piece counts as there before it is",
        module="download/fetch.py",
        right=(
            "        write_all(self._fd, data, piece.position)\n"
            "        piece.position += len(data)  # only now"
        ),
        wrong=(
            "        piece.position += len(data)\n"
            "        write_all(self._fd, data, piece.position - len(data))  # only now"
        ),
        tests=PARTS,
    ),
    Fault(
        "a short write is taken for a whole one",
        module="download/part.py",
        right="data, offset = data[written:], offset + written",
        wrong="data = data[:0]",
        tests=PARTS,
    ),
    Fault(
        "the journal is written before the data is synced",
        module="download/transfer.py",
        right=(
            "            self._part.sync()\n"
            "            with suppress(OSError):  # the last one holds, until the next tick\n"
            "                self._journal.save(self._remote, missing)\n"
        ),
        wrong=(
            "            self._journal.save(self._remote, missing)\n"
            "            self._part.sync()\n"
            "            if True:\n"
        ),
        tests=PARTS,
    ),
    Fault(
        "the journal claims what is missing at the front",
        module="download/transfer.py",
        right="self._journal.save(self._remote, missing)\n",
        wrong="self._journal.save(self._remote, missing_of(self._pieces)[1:])\n",
        tests=PARTS,
    ),
    Fault(
        "a journal of another version is believed",
        module="download/journal.py",
        right="if found == self._about(remote) and",
        wrong="if",
        tests=PARTS,
    ),
    Fault(
        "the journal is forgotten when a download stops",
        module="download/transfer.py",
        right="            self._save()\n        except Exception",
        wrong="            self._journal.remove()\n        except Exception",
        tests=ENGINES,
    ),
    Fault(
        "nobody hears that the journal's thread has failed",
        module="download/transfer.py",
        right="except Exception as error:",
        wrong="except OSError as error:",
        tests=PARTS,
    ),
    Fault(
        "nobody hears that the hashing thread has failed",
        module="download/hashing.py",
        right="except Exception as error:",
        wrong="except OSError as error:",
        tests=PARTS,
    ),
    Fault(
        "the address's secrets are in the journal",
        module="download/journal.py",
        right="hashlib.sha256(self.identity.encode()).hexdigest()",
        wrong="self.identity",
        tests=PARTS,
    ),
    Fault(
        "two downloads write to one part",
        module="download/part.py",
        right="fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        wrong="pass",
        tests=PARTS,
    ),
    Fault(
        "a lock on a part that was renamed is good enough",
        module="download/part.py",
        right="if _is_at(fd, path):",
        wrong="if True:",
        tests=PARTS,
    ),
    Fault(
        "a wrong digest is accepted",
        module="download/downloader.py",
        right="if digest != expected[name]:",
        wrong="if not digest:",
        tests=ENGINES,
    ),
    Fault(
        "the digest is of what had come by the last tick",
        module="download/hashing.py",
        right="self._available = self._size = size",
        wrong="self._size = self._available",
        tests=ENGINES,
    ),
    Fault(
        "the limit is one for each connection",
        module="download/rate.py",
        right="self._due = max(self._due, now) + count / self._rate\n",
        wrong="self._due = now + count / self._rate / 16\n",
        tests=PARTS,
    ),
    Fault(
        "a name with a slash in it leaves the folder",
        module="download/sources.py",
        right='"/" not in name and ',
        wrong="",
        tests=COMMANDS,
    ),
    Fault(
        "a file that exists is replaced",
        module="download/part.py",
        right="if target.exists() and not replace:",
        wrong="if False:",
        tests=COMMANDS,
    ),
    Fault(
        "S3 is not asked why it refuses",
        module="download/fetch.py",
        right="if error.exit_code in {Exit.DENIED, Exit.FAILED}:",
        wrong="if False:",
        tests=COMMANDS,
    ),
    Fault(
        "nobody hears from S3 in which region a bucket is",
        module="download/remote.py",
        right='if status == 301 and "x-amz-bucket-region" in answer.headers:',
        wrong="if False:",
        tests=COMMANDS,
    ),
    Fault(
        "a device is replaced by a file",
        module="download/part.py",
        right="    if target.exists():\n        regular(target)",
        wrong="    if False:\n        regular(target)",
        tests=COMMANDS,
    ),
    Fault(
        "what arrives during a sync is claimed as synced",
        module="download/transfer.py",
        right="            self._part.sync()\n            with",
        wrong=(
            "            self._part.sync()\n"
            "            missing = missing_of(self._pieces)\n"
            "            with"
        ),
        tests=PARTS,
    ),
    Fault(
        "a framing that nobody understands is content",
        module="download/exchange.py",
        right='coding.lower() != "chunked"',
        wrong="False",
        tests=HOSTILE,
    ),
    Fault(
        "a thread renames the file after a cancellation",
        module="download/downloader.py",
        right="            await asyncio.to_thread(part.sync)\n            part.finish()",
        wrong="            await asyncio.to_thread(lambda: (part.sync(), part.finish()))",
        tests=ENGINES,
    ),
    Fault(
        "what an empty file does not tell has changed",
        module="download/remote.py",
        right="if self.last_modified is None:",
        wrong="if False:",
        tests=ENGINES,
    ),
    Fault(
        "a size that is known late is another size",
        module="download/remote.py",
        right="{self.size, answer.length} - {None}",
        wrong="{self.size, answer.length}",
        tests=ENGINES,
    ),
    Fault(
        "asyncio: connections of TLS serve once",
        module="download/with_asyncio.py",
        right="if self._in_head or not self._left:",
        wrong="if self._in_head or self._left is None:",
        tests=ENGINES,
    ),
    Fault(
        "asyncio: a pause of ours is the server's silence",
        module="download/with_asyncio.py",
        right="self._loop.time() + pause",
        wrong="self._loop.time()",
        tests=ENGINES,
    ),
    Fault(
        "of several addresses, one is tried",
        module="download/dialing.py",
        right="address in found:",
        wrong="address in found[:1]:",
        tests=ENGINES,
    ),
    Fault(
        "threads: cancelling waits for a handshake",
        module="download/with_threads.py",
        right="for one in self._open.values():",
        wrong="for one in ():",
        tests=ENGINES,
    ),
    Fault(
        "a file that moves while it is fetched is lost",
        module="download/remote.py",
        right='raise ExpiredError(f"the file has moved: {words}", Exit.FAILED)',
        wrong="raise StoppedError(words, Exit.FAILED)",
        tests=ENGINES,
    ),
    Fault(
        "an ETag of a directory bucket is taken for an MD5",
        module="download/sources.py",
        right='return not self.bucket.endswith("--x-s3")',
        wrong="return True",
        tests=PARTS,
    ),
    Fault(
        "threads: what breaks takes all along",
        module="download/with_threads.py",
        right="FIRST_READ_BYTES: Final = 16 * 1024",
        wrong="FIRST_READ_BYTES: Final = 512 * 1024",
        tests=ENGINES,
    ),
    Fault(
        "a disk that failed is not told of",
        module="download/transfer.py",
        right="        keeper.check()\n",
        wrong="",
        tests=PARTS,
    ),
    Fault(
        "a journal that cannot be written ends the download",
        module="download/transfer.py",
        right="with suppress(OSError):",
        wrong="if True:",
        tests=PARTS,
    ),
    Fault(
        "a file that came meanwhile is replaced",
        module="download/part.py",
        right="if self.replace or not self._link():",
        wrong="if True:",
        tests=ENGINES,
    ),
    Fault(
        "a part shares its bytes with the target",
        module="download/part.py",
        right="if os.fstat(fd).st_nlink > 1:",
        wrong="if False:",
        tests=PARTS,
    ),
    Fault(
        "all connections come back at the same time",
        module="download/fetch.py",
        right="random.SystemRandom().uniform(0.5, 1.5)",
        wrong="1",
        tests=ENGINES,
    ),
    Fault(
        "a stream that begins anew counts as progress",
        module="download/fetch.py",
        right="furthest = max(furthest, piece.position)",
        wrong="furthest = piece.position",
        tests=ENGINES,
    ),
    Fault(
        "a header that cannot be sent ends in a traceback",
        module="download/sources.py",
        right="if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):",
        wrong="if False:",
        tests=COMMANDS,
    ),
)
