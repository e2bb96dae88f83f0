// Checks the services that .railway/railway.ts declares, after check.sh has compiled it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRailwayContext, project } from "railway/iac";
import program from "./out/.railway/railway.js";

const settings = readFileSync("../../docs/configuration.md", "utf8");
const template = readFileSync("template.md", "utf8");
const image = readFileSync("Dockerfile", "utf8");
const release = readFileSync("../../Dockerfile", "utf8");

// These variables are not settings of Clausea.
const others = new Set(["GOMEMLIMIT"]);
const secrets = new Set(["MONGO_URI", "API_KEY", "DASHBOARD_PASSWORD"]);

const declared = await program(createRailwayContext({ environment: "production" }), project);
assert.deepEqual(declared.resources.map((r) => r.name).sort(), ["api", "dashboard", "standalone"]);
// Railway accepts cache mounts only with the ID of one service.
assert.ok(!image.includes("--mount=type=cache"), "the Dockerfile has cache mounts, which Railway rejects");
assert.match(image, /ENTRYPOINT \["\/clausea"\]\s*$/, "the last stage of the Dockerfile, which Railway builds, starts /clausea");
// What the program is built from is the same in both images.
const copied = (text) => text.match(/^COPY (?!--from).*$/gm);
assert.deepEqual(copied(image), copied(release), "the Dockerfile of Railway builds from the same files as that of a release");

for (const s of declared.resources) {
  const name = s.name;
  assert.equal(s.deploy.startCommand, `/clausea ${name}`, `${name}: the command`);
  assert.equal(s.deploy.drainingSeconds, 30, `${name}: the time between SIGTERM and SIGKILL`);
  assert.ok(s.deploy.overlapSeconds > 0, `${name}: the old version answers until the new one is ready`);
  assert.equal(s.deploy.healthcheckPath, "/readyz", `${name}: the health check`);
  assert.equal(s.deploy.healthcheckTimeout, 300, `${name}: the time for the health check`);
  assert.deepEqual(s.build, { builder: "DOCKERFILE", dockerfilePath: "deploy/railway/Dockerfile" }, `${name}: the build`);
  assert.ok(s.deploy.limitOverride.containers.memoryBytes <= 512 * 1024 * 1024, `${name}: the memory of the free plan`);
  assert.equal(s.variables.PORT.value, "8080", `${name}: the port`);
  assert.ok(s.variables.MONGO_URI, `${name}: the store`);
  assert.ok(template.includes(`### ${name}`), `${name} is in template.md`);
  for (const [key, value] of Object.entries(s.variables)) {
    assert.ok(others.has(key) || settings.includes(`\`${key}\``), `${name}: ${key} is in docs/configuration.md`);
    assert.ok(template.includes(`\`${key}\``), `${name}: ${key} is in template.md`);
    assert.equal(secrets.has(key), value.type !== "literal", `${name}: ${key} is a secret, or has a value here`);
  }
}
assert.equal(declared.resources.find((s) => s.name === "dashboard").variables.MONGO_URI.resource, "service.standalone");
console.log(`.railway/railway.ts compiles and declares ${declared.resources.length} services`);
