// The signed code of a letter, read and checked in the browser: base45 (RFC 9285), CBOR (RFC 8949),
// COSE_Sign1 (RFC 9052) and WebCrypto. The claims are those of letters/codes.py.
"use strict";
const LetterCode = (() => {
  const PREFIX = "CWT1:";
  const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const LONGEST = 4000;
  const SIGN1 = 18;
  const DEEPEST = 8;
  const ALGORITHMS = new Map([
    [-7, { crv: "P-256", hash: "SHA-256", size: 64 }],
    [-35, { crv: "P-384", hash: "SHA-384", size: 96 }],
  ]);

  function base45(text) {
    if (text.length % 3 === 1) throw new Error("length");
    const bytes = [];
    for (let at = 0; at < text.length; at += 3) {
      const digits = [...text.slice(at, at + 3)].map((char) => DIGITS.indexOf(char));
      if (digits.includes(-1)) throw new Error("digit");
      const value = digits.reduce((sum, digit, place) => sum + digit * 45 ** place, 0);
      if (value > (digits.length === 3 ? 0xffff : 0xff)) throw new Error("value");
      if (digits.length === 3) bytes.push(value >> 8);
      bytes.push(value & 0xff);
    }
    return Uint8Array.from(bytes);
  }

  // Only what a code is written in: definite lengths, no floats. Maps become Map: keys are numbers.
  function cbor(bytes) {
    let at = 0;
    const take = (count) => {
      if (at + count > bytes.length) throw new Error("short");
      at += count;
      return bytes.subarray(at - count, at);
    };
    const number = (info) => {
      if (info < 24) return info;
      if (info > 26) throw new Error("number");
      return take(1 << (info - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
    };
    const item = (depth) => {
      if (depth > DEEPEST) throw new Error("depth");
      const [first] = take(1);
      const info = first & 31;
      switch (first >> 5) {
        case 0:
          return number(info);
        case 1:
          return -1 - number(info);
        case 2:
          return take(number(info)).slice();
        case 3:
          return new TextDecoder("utf-8", { fatal: true }).decode(take(number(info)));
        case 4:
          return Array.from({ length: number(info) }, () => item(depth + 1));
        case 5: {
          const map = new Map();
          for (let left = number(info); left > 0; left -= 1) map.set(item(depth + 1), item(depth + 1));
          return map;
        }
        case 6:
          return { tag: number(info), value: item(depth + 1) };
        default:
          if (info === 20 || info === 21) return info === 21;
          throw new Error("simple");
      }
    };
    const whole = item(0);
    if (at !== bytes.length) throw new Error("more");
    return whole;
  }

  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  function base32(bytes) {
    let bits = "";
    for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
    const groups = bits.match(/.{1,5}/g) ?? [];
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    return groups.map((group) => letters[parseInt(group.padEnd(5, "0"), 2)]).join("");
  }

  // What RFC 9052 has signed: ["Signature1", protected, h'', payload].
  function signedBytes(header, payload) {
    const head = (bytes) => {
      const size = bytes.length;
      if (size < 24) return [0x40 | size];
      return size < 256 ? [0x58, size] : [0x59, size >> 8, size & 255];
    };
    const label = [...new TextEncoder().encode("Signature1")];
    return Uint8Array.from([
      0x84, 0x60 | label.length, ...label, ...head(header), ...header, 0x40, ...head(payload), ...payload,
    ]);
  }

  function read(text) {
    // Blanks are digits, so only line ends are taken off; the code never begins with one.
    const written = text.replace(/^\s+|[\r\n]+$/g, "");
    if (!written.startsWith(PREFIX) || written.length > LONGEST) return null;
    const message = cbor(base45(written.slice(PREFIX.length)));
    if (message.tag !== SIGN1 || message.value.length !== 4) throw new Error("tag");
    const [header, open, payload, signature] = message.value;
    if (open.size !== 0) throw new Error("header");
    const said = cbor(header);
    const claims = cbor(payload);
    const letter = Object.fromEntries(claims.get(-65537));
    return {
      header,
      payload,
      signature,
      algorithm: ALGORITHMS.get(said.get(1)),
      keyId: hex(said.get(4)),
      number: claims.get(2),
      token: base32(claims.get(7)),
      letter,
    };
  }

  async function verify(code, jwk) {
    const { crv, hash, size } = code.algorithm ?? {};
    if (jwk.crv !== crv || code.signature.length !== size) return false;
    const { kty, x, y } = jwk;
    const curve = { name: "ECDSA", namedCurve: crv };
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, curve, false, ["verify"]);
    const bytes = signedBytes(code.header, code.payload);
    return crypto.subtle.verify({ name: "ECDSA", hash }, key, code.signature, bytes);
  }

  // "none", "altered", "foreign", or the code with its key.
  async function check(text, keys) {
    let code;
    try {
      code = read(text);
    } catch {
      return { word: "altered" };
    }
    if (code === null) return { word: "none" };
    const jwk = keys.find((each) => each.kid === code.keyId);
    if (!jwk) return { word: "foreign" };
    if (!(await verify(code, jwk))) return { word: "altered" };
    return { word: "genuine", code, jwk };
  }

  return { check };
})();
