// The Railway project of Clausea: the API, the dashboard and the controllers with the crawls, as
// separate services on one MongoDB outside of Railway. docs/install-railway.md explains the steps.
//
//   cd deploy/railway && npm ci && railway config plan && railway config apply
import { defineRailway, github, preserve, project, service } from "railway/iac";

const MiB = 1024 * 1024;

// The repository that Railway builds. Replace it with your fork to deploy your own changes.
const source = github("clausea/crawler", { branch: "main" });

// Set the region closest to the MongoDB cluster. An operation crosses this distance about 20 times
// when a document is saved.
const region = "europe-west4-drams3a";

// memory is the limit of one replica of a service. GOMEMLIMIT is four fifths of it.
const memory = { api: 256, dashboard: 256, standalone: 512 };

// deployment returns what all services have in common.
function deployment(command: keyof typeof memory) {
  return {
    source,
    build: { builder: "DOCKERFILE" as const, dockerfilePath: "deploy/railway/Dockerfile" },
    // Exec form: Railway expands no variables here, and the image has no shell.
    start: `/clausea ${command}`,
    // Railway asks for this path with the host healthcheck.railway.app until it answers 200, and only
    // then sends requests to the new version. It does not ask again later.
    healthcheck: "/readyz",
    healthcheckTimeout: 300,
    deploy: {
      // The old version answers until the new one is ready, then receives SIGTERM. It releases its
      // crawls and exits within 25 s.
      overlapSeconds: 10,
      drainingSeconds: 30,
      restartPolicyType: "ALWAYS" as const,
      limitOverride: { containers: { memoryBytes: memory[command] * MiB } },
    },
  };
}

// common returns the variables of all services. A fixed port gives the private host names a known
// port: standalone.railway.internal:8080. The program listens on IPv6 and IPv4.
function common(command: keyof typeof memory) {
  return {
    PORT: "8080",
    METRICS_PORT: "9090",
    LOG_FORMAT: "json",
    GOMEMLIMIT: `${Math.floor((memory[command] * 4) / 5)}MiB`,
  };
}

// serving are the variables of the services that have a domain.
const serving = {
  // Companies and CrawlJobs are in MongoDB.
  CLAUSEA_RESOURCES: "Store",
  // The edge of Railway connects from the range of carrier-grade NAT and names the client in
  // X-Forwarded-For. Limits and the audit log use that IP address.
  CLAUSEA_TRUSTED_PROXIES: "100.64.0.0/10",
};

export default defineRailway(() => {
  // The controllers and the crawls. A second replica crawls too, and takes over if the first one ends.
  const standalone = service("standalone", {
    ...deployment("standalone"),
    replicas: { [region]: 1 },
    env: {
      ...common("standalone"),
      CLAUSEA_MAX_CONCURRENT_CRAWLS: "3",
      // The connection string of MongoDB. It is set once with `railway variable set`; the other
      // services refer to it.
      MONGO_URI: preserve(),
    },
  });

  const api = service("api", {
    ...deployment("api"),
    replicas: { [region]: 2 },
    env: {
      ...common("api"),
      ...serving,
      MONGO_URI: standalone.env.MONGO_URI,
      // The first key. The others are created with it, and are in MongoDB as hashes.
      API_KEY: preserve(),
    },
  });

  const dashboard = service("dashboard", {
    ...deployment("dashboard"),
    replicas: { [region]: 1 },
    env: {
      ...common("dashboard"),
      ...serving,
      MONGO_URI: standalone.env.MONGO_URI,
      DASHBOARD_PASSWORD: preserve(),
    },
  });

  return project("clausea", { resources: [standalone, api, dashboard] });
});
