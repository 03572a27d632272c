/** A certificate authority for one test, with certificates for a server and a client. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
}

/** @param folder gets the files; their paths are given back. */
export function makeCertificates(folder: string): Certificates {
  const file = (name: string): string => path.join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { stdio: "ignore" });
  openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "1", "-subj", "/CN=tests", "-keyout", file("ca.key"), "-out", file("ca.crt"));
  const signed = (name: string, names: string): { cert: string; key: string } => {
    writeFileSync(file(`${name}.ext`), `subjectAltName=${names}\n`);
    openssl("req", "-newkey", "ed25519", "-nodes", "-subj", `/CN=${name}`, "-keyout", file(`${name}.key`), "-out", file(`${name}.csr`));
    const authority = ["-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial"];
    openssl("x509", "-req", "-in", file(`${name}.csr`), ...authority, "-days", "1", "-extfile", file(`${name}.ext`), "-out", file(`${name}.crt`));
    return { cert: file(`${name}.crt`), key: file(`${name}.key`) };
  };
  return { ca: file("ca.crt"), server: signed("server", "DNS:localhost,IP:127.0.0.1"), client: signed("client", "DNS:client") };
}
