// Whom an OPC UA driver trusts: a certificate that is unknown, out of date, revoked (pinned or not) or another than before is refused, stays refused, and is kept
// for an engineer to look at.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OPCUACertificateManager } from 'node-opcua';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../collector/system-clock.ts';
import { Quality } from '../../domain/readings/quality.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { driveOpcua, startFaultyOpcua } from '../harness/faulty-opcua.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

/** A minute between two looks is a fifth of a second. */
const hastyClock: Clock = {
  ...systemClock,
  after: (delayMs, callback) => systemClock.after(delayMs === 60_000 ? 200 : delayMs, callback),
};
const patience = { timeout: 40_000, interval: 20 };

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const canSign = hasOpenssl();
if (!canSign) console.log('certificates of an authority are not tested: there is no openssl');

/** An authority of the plant, one server certificate by it, and the lists before and after that was revoked. */
function makeAuthority(folder: string) {
  mkdirSync(folder, { recursive: true });
  const at = (name: string) => path.join(folder, name);
  const openssl = (...parts: string[]) => execFileSync('openssl', parts, { cwd: folder, stdio: 'pipe' });
  writeFileSync(at('index.txt'), '');
  writeFileSync(
    at('ca.cnf'),
    `[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\ndefault_crl_days=30\ndefault_days=30\npolicy=p\nrand_serial=yes\n[p]\ncommonName=supplied\n[req]\ndistinguished_name=n\n[n]\n[a]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n[s]\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment,dataEncipherment,nonRepudiation\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=URI:urn:test:plc,IP:127.0.0.1\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n`,
  );
  openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=plant authority'],
    ...['-days', '30', '-config', 'ca.cnf', '-extensions', 'a'],
  );
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'plc.key', '-out', 'plc.csr', '-subj', '/CN=PLC', '-config', 'ca.cnf');
  const ca = ['ca', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-batch'];
  openssl(...ca, '-in', 'plc.csr', '-out', 'plc.pem', '-extensions', 's', '-notext');
  openssl(...ca, '-gencrl', '-out', 'before.crl');
  openssl(...ca, '-revoke', 'plc.pem');
  openssl(...ca, '-gencrl', '-out', 'after.crl');
  return {
    certificateFile: at('plc.pem'),
    privateKeyFile: at('plc.key'),
    authority: at('ca.pem'),
    before: at('before.crl'),
    after: at('after.crl'),
  };
}

/** What an engineer puts into the collector's store. */
function fillStore(folder: string, files: { readonly authority: string }, crl: string): void {
  const store = path.join(folder, 'collector-pki');
  for (const place of ['issuers/certs', 'issuers/crl', 'trusted/certs', 'trusted/crl', 'rejected'])
    mkdirSync(path.join(store, place), { recursive: true });
  for (const place of ['issuers/certs', 'trusted/certs'])
    writeFileSync(path.join(store, place, 'authority.pem'), readFileSync(files.authority));
  writeFileSync(path.join(store, 'issuers/crl', 'authority.crl'), readFileSync(crl));
}

test.skipIf(!canSign)(
  'a certificate of a trusted authority is accepted; once revoked it is not, pinned or not',
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();
    const files = makeAuthority(path.join(folder, 'authority'));
    const plc = await startFaultyOpcua({ folder: path.join(folder, 'plc'), ...files });
    onTestFinished(() => plc.stop());
    const trusting = path.join(folder, 'trusting');
    fillStore(trusting, files, files.before);
    const trusted = driveOpcua({ port: plc.port, folder: trusting, clock: hastyClock });
    onTestFinished(() => trusted.stop());
    await expect.poll(() => trusted.quality('PT-101'), patience).toBe(Quality.good);

    for (const [name, thumbprint] of [
      ['by its authority', undefined],
      ['pinned', plc.thumbprint],
    ] as const) {
      const warned = path.join(folder, name);
      fillStore(warned, files, files.after);
      const refused = driveOpcua({ port: plc.port, folder: warned, ...(thumbprint === undefined ? {} : { thumbprint }) });
      onTestFinished(() => refused.stop());
      await expect.poll(() => refused.reasons.length, patience).toBeGreaterThan(1);
      expect([name, ...new Set(refused.reasons), refused.connected]).toEqual([name, 'securityRejected', 0]);
      expect(refused.quality('PT-101')).toBe(Quality.badCommFail);
    }

    // Revoked while it is read: its session is ended by the next look at its certificate, and no other begins.
    await expect.poll(() => trusted.quality('PT-101'), patience).toBe(Quality.good);
    expect([trusted.reasons, trusted.connected]).toEqual([[], 1]);
    fillStore(trusting, files, files.after);
    await expect.poll(() => trusted.reasons.length, patience).toBeGreaterThan(1);
    expect([...new Set(trusted.reasons), trusted.connected]).toEqual(['securityRejected', 1]);
    expect(trusted.quality('PT-101')).toBe(Quality.badCommFail);
  },
);

test('a certificate out of date is refused, pinned or in the store; an unknown one is refused, kept aside, and never trusted by itself', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder();
  const plcFolder = path.join(folder, 'plc');
  const manager = new OPCUACertificateManager({ rootFolder: plcFolder, disableFileWatchers: true });
  await manager.initialize();
  const certificateFile = path.join(plcFolder, 'expired.pem');
  await manager.createSelfSignedCertificate({
    applicationUri: 'urn:test:plc',
    subject: '/CN=PLC',
    dns: ['localhost'],
    ip: ['127.0.0.1'],
    outputFile: certificateFile,
    startDate: new Date(Date.now() - 20 * 86_400_000),
    validity: 10,
  });
  await manager.dispose();
  const expired = await startFaultyOpcua({ folder: plcFolder, certificateFile });
  onTestFinished(() => expired.stop());
  const inStore = path.join(folder, 'in-store');
  mkdirSync(path.join(inStore, 'collector-pki/trusted/certs'), { recursive: true });
  writeFileSync(path.join(inStore, 'collector-pki/trusted/certs/plc.pem'), readFileSync(certificateFile));
  const valid = await startFaultyOpcua({ folder: path.join(folder, 'unknown-plc') });
  onTestFinished(() => valid.stop());
  const stranger = path.join(folder, 'stranger');
  for (const [driven, thumbprint, verdict] of [
    [
      driveOpcua({ port: expired.port, folder: path.join(folder, 'pinned'), thumbprint: expired.thumbprint }),
      expired.thumbprint,
      'BadCertificateTimeInvalid',
    ],
    [driveOpcua({ port: expired.port, folder: inStore }), expired.thumbprint, 'BadCertificateTimeInvalid'],
    [driveOpcua({ port: valid.port, folder: stranger }), valid.thumbprint, 'BadCertificateUntrusted'],
    [
      driveOpcua({ port: valid.port, folder: path.join(folder, 'changed'), thumbprint: expired.thumbprint }),
      valid.thumbprint,
      'BadCertificateUntrusted',
    ],
  ] as const) {
    onTestFinished(() => driven.stop());
    await expect.poll(() => driven.reasons.length, patience).toBeGreaterThan(2);
    expect([...new Set(driven.reasons)]).toEqual(['securityRejected']);
    expect(driven.connected).toBe(0);
    expect(driven.quality('PT-101')).toBe(Quality.badCommFail);
    // What goes into the journal.
    expect(driven.driver.refusedCertificate).toMatchObject({ thumbprint, verdict, subject: expect.stringMatching(/CN=/) });
  }
  expect(readdirSync(path.join(stranger, 'collector-pki/rejected'))).toHaveLength(1);
  expect(readdirSync(path.join(stranger, 'collector-pki/trusted/certs'))).toHaveLength(0);
});
