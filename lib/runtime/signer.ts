/** Signs documents and says which public keys are trusted. KMS in AWS, a key file elsewhere, none by explicit choice. */
export interface Signer {
  /** For messages: `kms:alias/…`, `file:/path`, `public:/path` or `none`. */
  readonly name: string;
  /** Public keys (PEM) whose signatures are accepted; empty only for `none`. */
  trustedPublicKeys(): Promise<readonly string[]>;
  /** DER-encoded ECDSA signature over SHA-256 of the bytes, or null for the signer `none`. */
  sign(bytes: Uint8Array): Promise<Signature | null>;
}

export interface Signature {
  /** SHA-256 of the public key's DER (SubjectPublicKeyInfo), hex. */
  readonly keySha256: string;
  readonly signature: Uint8Array;
}
