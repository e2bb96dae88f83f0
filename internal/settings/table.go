package settings

import "time"

// The groups, in display order.
const (
	groupStore       = "Store"
	groupCrawl       = "Crawl"
	groupNetwork     = "Network"
	groupModel       = "Language model"
	groupControllers = "Controllers and workers"
	groupAPI         = "API"
	groupDashboard   = "Dashboard"
	groupGeneral     = "General"
)

// Groups returns the groups in display order.
func Groups() []string {
	return []string{groupStore, groupCrawl, groupNetwork, groupControllers, groupAPI, groupDashboard, groupModel, groupGeneral}
}

// configName is the setting that holds the path of the settings file. It is the first row
// of the table. It has no _FILE form: that would be a file with the path of a file.
const configName = "config"

// The commands that have settings. CommandConfig uses all settings.
const (
	CommandBackup  = "backup"
	CommandCheck   = "check"
	CommandConfig  = "config"
	CommandCrawl   = "crawl"
	CommandDiff    = "diff"
	CommandExport  = "export"
	CommandGet     = "get"
	CommandHealth  = "health"
	CommandInspect = "inspect"
	CommandMigrate = "migrate"
	CommandRestore = "restore"

	CommandStandalone = "standalone"
	CommandOperator   = "operator"
	CommandWorker     = "worker"
	CommandApply      = "apply"
	CommandDelete     = "delete"
	CommandDescribe   = "describe"
	CommandWait       = "wait"

	CommandAPI  = "api"
	CommandKeys = "keys"
	CommandMCP  = "mcp"

	CommandDashboard = "dashboard"
)

var (
	controllerCommands = []string{CommandStandalone, CommandOperator}
	apiCommands        = []string{CommandStandalone, CommandAPI}
	dashboardCommands  = []string{CommandStandalone, CommandDashboard}
	webCommands        = []string{CommandStandalone, CommandAPI, CommandDashboard}
	servingCommands    = []string{CommandStandalone, CommandOperator, CommandAPI, CommandDashboard}
	resourceCommands   = []string{CommandApply, CommandDelete, CommandDescribe, CommandWait}
	storeCommands      = append([]string{CommandCrawl, CommandDiff, CommandGet, CommandExport, CommandCheck, CommandMigrate, CommandBackup, CommandRestore, CommandWorker, CommandAPI, CommandDashboard, CommandKeys, CommandMCP}, append(resourceCommands, controllerCommands...)...)
	fetchCommands      = append([]string{CommandCrawl, CommandInspect, CommandDiff, CommandCheck, CommandWorker}, controllerCommands...)
	connectingCommands = append([]string{CommandAPI, CommandDashboard}, fetchCommands...) // to servers of others
	crawlingCommands   = append([]string{CommandCrawl, CommandWorker}, controllerCommands...)
	modelCommands      = []string{CommandCheck}
)

// Table returns all settings. To add a setting, add a row here and a field to Values.
func Table() []Setting {
	return []Setting{
		{
			Name: configName, Flag: true, Env: []string{"CLAUSEA_CONFIG"}, Group: groupGeneral,
			Help: "YAML settings `file` with one name: value pair per line", field: func(v *Values) any { return &v.Config },
		},
		{
			Name: "store", Flag: true, Group: groupStore, Commands: storeCommands, rule: storeLocation,
			Help: "`store` for this command: a MongoDB URI or a folder; overrides MONGO_URI and CLAUSEA_DATA_DIR", field: func(v *Values) any { return &v.Store },
		},
		{
			Name: "mongo-uri", Env: []string{"MONGO_URI"}, Group: groupStore, Commands: storeCommands, rule: mongoURL,
			Help: "MongoDB connection string, which the operator requires; if unset, other commands use one file in CLAUSEA_DATA_DIR", field: func(v *Values) any { return &v.MongoURI },
		},
		{
			Name: "mongodb-database", Env: []string{"MONGODB_DATABASE"}, Group: groupStore, Commands: storeCommands,
			Help: "MongoDB database; defaults to the database in the URI, otherwise clausea", field: func(v *Values) any { return &v.MongoDatabase },
		},
		{
			Name: "data-dir", Env: []string{"CLAUSEA_DATA_DIR"}, Group: groupStore, Default: "./data", Commands: storeCommands, rule: folderPath,
			Help: "folder of the embedded store", field: func(v *Values) any { return &v.DataDir },
		},
		{
			Name: "max-pages", Flag: true, Env: []string{"CLAUSEA_MAX_PAGES"}, Group: groupCrawl, Default: "500", Commands: crawlingCommands, LimitField: "maxPages", rule: intRange(1, 100_000),
			Help: "maximum number of pages to fetch", field: func(v *Values) any { return &v.MaxPages },
		},
		{
			Name: "max-depth", Flag: true, Env: []string{"CLAUSEA_MAX_DEPTH"}, Group: groupCrawl, Default: "6", Commands: crawlingCommands, LimitField: "maxDepth", rule: intRange(0, 50),
			Help: "maximum number of links between a seed and a page; 0 fetches the seeds only", field: func(v *Values) any { return &v.MaxDepth },
		},
		{
			Name: "delay", Flag: true, Env: []string{"CLAUSEA_DELAY"}, Group: groupCrawl, Default: "1s", Commands: crawlingCommands, LimitField: "delay", rule: durationRange(0, 5*time.Minute, "500ms or 2s"),
			Help: "minimum time between requests to one host; 0 disables the delay", field: func(v *Values) any { return &v.Delay },
		},
		{
			Name: "timeout", Flag: true, Env: []string{"CLAUSEA_TIMEOUT"}, Group: groupCrawl, Default: "30m", Commands: crawlingCommands, LimitField: "timeLimit", rule: durationRange(time.Second, 7*24*time.Hour, "10m"),
			Help: "time limit of a crawl; the default applies to clausea crawl only, because a CrawlJob has activeDeadlineSeconds", field: func(v *Values) any { return &v.Timeout },
		},
		{
			Name: "languages", Flag: true, Env: []string{"CLAUSEA_LANGUAGES"}, Group: groupCrawl, Commands: crawlingCommands, LimitField: "languages", rule: languageTag,
			Help: "preferred languages, for example en,de", field: func(v *Values) any { return &v.Languages },
		},
		{
			Name: "render", Flag: true, Env: []string{"CLAUSEA_RENDER"}, Group: groupCrawl, Default: "Never", Commands: crawlingCommands, LimitField: "render", rule: oneOf("Never", "Auto", "Always"),
			Help: "which pages to render in a browser: Never, Auto (candidate pages that arrive without text) or Always", field: func(v *Values) any { return &v.Render },
		},
		{
			Name: "off-site", Flag: true, Env: []string{"CLAUSEA_OFF_SITE"}, Group: groupCrawl, Default: "Linked", Commands: crawlingCommands, LimitField: "offSite", rule: oneOf("Never", "Linked"),
			Help: "documents on other domains: Never, or Linked (those that the company's pages present as its own)", field: func(v *Values) any { return &v.OffSite },
		},
		{
			Name: "browser", Flag: true, Env: []string{"CLAUSEA_BROWSER"}, Group: groupCrawl, Commands: crawlingCommands,
			Help: "Chromium that renders pages: the `path` of its executable, or a DevTools URL; defaults to a Chromium in PATH", field: func(v *Values) any { return &v.Browser },
		},
		{
			Name: "proxy", Flag: true, Env: []string{"CRAWLER_PROXY"}, Group: groupNetwork, Commands: fetchCommands, rule: proxyURL,
			Help: "`URL` of the forward proxy", field: func(v *Values) any { return &v.Proxy },
		},
		{
			Name: "user-agent", Flag: true, Env: []string{"CLAUSEA_USER_AGENT"}, Group: groupNetwork, Default: "Mozilla/5.0 (compatible; ClauseaBot/1.0; +https://clausea.co/bot)", Commands: fetchCommands,
			Help: "User-Agent header; it must contain ClauseaBot, the product token that robots.txt files use", field: func(v *Values) any { return &v.UserAgent },
		},
		{
			Name: "connect-to", Flag: true, Env: []string{"CLAUSEA_CONNECT_TO"}, Group: groupNetwork, Commands: fetchCommands,
			Help: "connect to HOST2:PORT2 instead of HOST1:PORT1, as curl does: `HOST1:PORT1:HOST2:PORT2`", field: func(v *Values) any { return &v.ConnectTo },
		},
		{
			Name: "ca-file", Flag: true, Env: []string{"CLAUSEA_CA_FILE"}, Group: groupNetwork, Commands: connectingCommands,
			Help: "PEM `file` with additional certificate authorities", field: func(v *Values) any { return &v.CAFile },
		},
		{
			Name: "allow-address", Flag: true, Env: []string{"CLAUSEA_ALLOW_ADDRESS"}, Group: groupNetwork, Commands: connectingCommands, rule: cidr,
			Help: "`CIDR` of internal IP addresses that may be requested, for tests; webhooks too", field: func(v *Values) any { return &v.AllowAddress },
		},
		{
			Name: "port", Flag: true, Env: []string{"PORT"}, Group: groupGeneral, Default: "8080", Commands: append([]string{CommandHealth}, servingCommands...), rule: intRange(0, 65_535),
			Help: "port for the API and probes, on all IP addresses; 0 selects a free port", field: func(v *Values) any { return &v.Port },
		},
		{
			Name: "metrics-port", Flag: true, Env: []string{"METRICS_PORT"}, Group: groupGeneral, Default: "9090", Commands: servingCommands, rule: intRange(0, 65_535),
			Help: "port for metrics, on all IP addresses; 0 selects a free port, as does the default if it is in use", field: func(v *Values) any { return &v.MetricsPort },
		},
		{
			Name: "max-concurrent-crawls", Flag: true, Env: []string{"CLAUSEA_MAX_CONCURRENT_CRAWLS"}, Group: groupControllers, Default: "3", Commands: controllerCommands, rule: intRange(0, 1000),
			Help: "maximum number of concurrent crawls in this process; 0 runs none", field: func(v *Values) any { return &v.MaxConcurrentCrawls },
		},
		{
			Name: "max-concurrent-reconciles", Flag: true, Env: []string{"CLAUSEA_MAX_CONCURRENT_RECONCILES"}, Group: groupControllers, Default: "10", Commands: controllerCommands, rule: intRange(1, 100),
			Help: "maximum number of concurrent reconciles for each kind", field: func(v *Values) any { return &v.MaxConcurrentReconciles },
		},
		{
			Name: "lease-duration", Flag: true, Env: []string{"CLAUSEA_LEASE_DURATION"}, Group: groupControllers, Default: "15s", Commands: append([]string{CommandWorker}, controllerCommands...), rule: durationRange(2*time.Second, 10*time.Minute, "15s"),
			Help: "a worker that does not renew its lease within this time loses its run to another worker", field: func(v *Values) any { return &v.LeaseDuration },
		},
		{
			Name: "run-retention-count", Flag: true, Env: []string{"CLAUSEA_RUN_RETENTION_COUNT"}, Group: groupControllers, Default: "100", Commands: controllerCommands, rule: intRange(1, 100_000),
			Help: "number of runs of each company to keep; the runs of existing CrawlJobs are always kept", field: func(v *Values) any { return &v.RunRetentionCount },
		},
		{
			Name: "run-retention-age", Flag: true, Env: []string{"CLAUSEA_RUN_RETENTION_AGE"}, Group: groupControllers, Default: "9600h", Commands: controllerCommands, rule: durationRange(time.Hour, 100_000*time.Hour, "9600h for 400 days"),
			Help: "time after which a run that has ended is deleted; the newest run of a company and the runs of existing CrawlJobs are always kept", field: func(v *Values) any { return &v.RunRetentionAge },
		},
		{
			Name: "heartbeat-url", Env: []string{"HEARTBEAT_URL"}, Group: groupControllers, Commands: controllerCommands, rule: webURL,
			Help: "URL that the leader requests every 60 s while crawls can run, for a service that raises an alarm when the requests stop; an internal IP address needs CLAUSEA_ALLOW_ADDRESS", field: func(v *Values) any { return &v.HeartbeatURL },
		},
		{
			Name: "watch-namespace", Flag: true, Env: []string{"CLAUSEA_WATCH_NAMESPACE"}, Group: groupControllers, Commands: []string{CommandOperator},
			Help: "`namespace` to watch; defaults to all namespaces", field: func(v *Values) any { return &v.WatchNamespace },
		},
		{
			Name: "leader-election-namespace", Flag: true, Env: []string{"CLAUSEA_LEADER_ELECTION_NAMESPACE"}, Group: groupControllers, Commands: []string{CommandOperator},
			Help: "`namespace` of the leader election lease; defaults to the namespace of the pod", field: func(v *Values) any { return &v.LeaderNamespace },
		},
		{
			Name: "execution", Flag: true, Env: []string{"CLAUSEA_EXECUTION"}, Group: groupControllers, Default: "InProcess", Commands: []string{CommandOperator}, rule: oneOf("InProcess", "Job"),
			Help: "where crawls run if the CrawlJob does not set execution: InProcess or Job", field: func(v *Values) any { return &v.Execution },
		},
		{
			Name: "worker-image", Flag: true, Env: []string{"CLAUSEA_WORKER_IMAGE"}, Group: groupControllers, Commands: []string{CommandOperator},
			Help: "`image` of the worker pods; required for execution Job", field: func(v *Values) any { return &v.WorkerImage },
		},
		{
			Name: "worker-secret", Flag: true, Env: []string{"CLAUSEA_WORKER_SECRET"}, Group: groupControllers, Default: "clausea", Commands: []string{CommandOperator},
			Help: "`Secret` in the namespace of the CrawlJob with the environment of the worker pods, including MONGO_URI", field: func(v *Values) any { return &v.WorkerSecret },
		},
		{
			Name: "worker-memory", Flag: true, Env: []string{"CLAUSEA_WORKER_MEMORY"}, Group: groupControllers, Default: "384Mi", Commands: []string{CommandOperator},
			Help: "memory limit of a worker pod", field: func(v *Values) any { return &v.WorkerMemory },
		},
		{
			Name: "worker-priority-class", Flag: true, Env: []string{"CLAUSEA_WORKER_PRIORITY_CLASS"}, Group: groupControllers, Commands: []string{CommandOperator},
			Help: "PriorityClass of the worker pods", field: func(v *Values) any { return &v.WorkerPriorityClass },
		},
		{
			Name: "worker-template", Flag: true, Env: []string{"CLAUSEA_WORKER_TEMPLATE"}, Group: groupControllers, Commands: []string{CommandOperator},
			Help: "YAML `file` with a partial pod template that is merged into the worker pods", field: func(v *Values) any { return &v.WorkerTemplate },
		},
		{
			Name: "api-key", Env: []string{"API_KEY"}, Group: groupAPI, Commands: append([]string{CommandMCP}, apiCommands...),
			Help: "API key with the scope admin, with which the first keys are created; clausea keys creates keys too, and clausea mcp sends it to --api-url", field: func(v *Values) any { return &v.APIKey },
		},
		{
			Name: "cors-origins", Flag: true, Env: []string{"CORS_ORIGINS"}, Group: groupAPI, Commands: apiCommands, rule: origin,
			Help: "origins whose pages may call the API, for example https://app.example.com", field: func(v *Values) any { return &v.CORSOrigins },
		},
		{
			Name: "anonymous-read", Flag: true, Env: []string{"CLAUSEA_ANONYMOUS_READ"}, Group: groupAPI, Default: "false", Commands: apiCommands,
			Help: "allow requests without an API key to read, with a limit for each IP address", field: func(v *Values) any { return &v.AnonymousRead },
		},
		{
			Name: "api-rate", Flag: true, Env: []string{"CLAUSEA_API_RATE"}, Group: groupAPI, Default: "600", Commands: apiCommands, rule: intRange(0, 1_000_000),
			Help: "requests a minute that an API key may send; 0 disables the limit", field: func(v *Values) any { return &v.APIRate },
		},
		{
			Name: "api-crawls-per-day", Flag: true, Env: []string{"CLAUSEA_API_CRAWLS_PER_DAY"}, Group: groupAPI, Default: "200", Commands: apiCommands, rule: intRange(0, 1_000_000),
			Help: "crawls a day that an API key may start; 0 disables the limit", field: func(v *Values) any { return &v.APICrawlsPerDay },
		},
		{
			Name: "redis-url", Env: []string{"REDIS_URL"}, Group: groupAPI, Commands: append([]string{CommandCheck}, webCommands...), rule: redisURL,
			Help: "Redis in which the processes share the limits of the API; without it, each process has limits of its own", field: func(v *Values) any { return &v.RedisURL },
		},
		{
			Name: "trusted-proxies", Flag: true, Env: []string{"CLAUSEA_TRUSTED_PROXIES"}, Group: groupAPI, Commands: webCommands, rule: cidr,
			Help: "`CIDR` of proxies whose X-Forwarded-For names the IP address of the client", field: func(v *Values) any { return &v.TrustedProxies },
		},
		{
			Name: "resources", Flag: true, Env: []string{"CLAUSEA_RESOURCES"}, Group: groupAPI, Default: "Auto", Commands: []string{CommandAPI, CommandDashboard}, rule: oneOf("Auto", "Kubernetes", "Store"),
			Help: "where Companies and CrawlJobs are: Kubernetes, Store, or Auto (Kubernetes in a pod with a ServiceAccount, otherwise Store)", field: func(v *Values) any { return &v.Resources },
		},
		{
			Name: "api-namespace", Flag: true, Env: []string{"CLAUSEA_API_NAMESPACE"}, Group: groupAPI, Commands: webCommands,
			Help: "`namespace` whose Companies and CrawlJobs the API serves; defaults to the namespace of the pod if they are in Kubernetes, otherwise to default", field: func(v *Values) any { return &v.APINamespace },
		},
		{
			Name: "evidence-key", Env: []string{"CLAUSEA_EVIDENCE_KEY"}, Group: groupAPI, Commands: webCommands, rule: evidenceKey,
			Help: "Ed25519 private key that signs evidence packs: PEM, or the 32 bytes of the seed in base64; without it, packs are not signed", field: func(v *Values) any { return &v.EvidenceKey },
		},
		{
			Name: "dashboard-password", Env: []string{"DASHBOARD_PASSWORD", "STREAMLIT_DASHBOARD_PASSWORD"}, Group: groupDashboard, Commands: dashboardCommands,
			Help: "password of the owner of the dashboard; without a password or a user, the dashboard is not served", field: func(v *Values) any { return &v.DashboardPassword },
		},
		{
			Name: "dashboard-password-hash", Env: []string{"DASHBOARD_PASSWORD_HASH"}, Group: groupDashboard, Commands: dashboardCommands,
			Help: "argon2id hash of the password, which clausea dashboard hash-password prints; used in place of DASHBOARD_PASSWORD", field: func(v *Values) any { return &v.DashboardPasswordHash },
		},
		{
			Name: "dashboard-users", Env: []string{"DASHBOARD_USERS"}, Group: groupDashboard, Commands: dashboardCommands,
			Help: "further users of the dashboard: NAME:ROLE:HASH, separated by white space, with a role of viewer, reviewer or operator", field: func(v *Values) any { return &v.DashboardUsers },
		},
		{
			Name: "dashboard-url", Env: []string{"DASHBOARD_URL"}, Group: groupDashboard, Commands: dashboardCommands, rule: publicURL,
			Help: "`URL` at which browsers reach the dashboard, without a path; required by DASHBOARD_OIDC_ISSUER", field: func(v *Values) any { return &v.DashboardURL },
		},
		{
			Name: "dashboard-oidc-issuer", Env: []string{"DASHBOARD_OIDC_ISSUER"}, Group: groupDashboard, Commands: dashboardCommands, rule: webURL,
			Help: "issuer `URL` of an OpenID Connect provider whose users may sign in to the dashboard", field: func(v *Values) any { return &v.OIDCIssuer },
		},
		{
			Name: "dashboard-oidc-client-id", Env: []string{"DASHBOARD_OIDC_CLIENT_ID"}, Group: groupDashboard, Commands: dashboardCommands,
			Help: "ID of the client that the provider has for the dashboard", field: func(v *Values) any { return &v.OIDCClientID },
		},
		{
			Name: "dashboard-oidc-client-secret", Env: []string{"DASHBOARD_OIDC_CLIENT_SECRET"}, Group: groupDashboard, Commands: dashboardCommands,
			Help: "secret of that client", field: func(v *Values) any { return &v.OIDCClientSecret },
		},
		{
			Name: "dashboard-oidc-roles", Env: []string{"DASHBOARD_OIDC_ROLES"}, Group: groupDashboard, Commands: dashboardCommands,
			Help: "roles of the provider's users, separated by commas: email:ADDRESS=ROLE, domain:DOMAIN=ROLE, group:NAME=ROLE, claim:NAME:VALUE=ROLE or *=ROLE; other users are refused", field: func(v *Values) any { return &v.OIDCRoles },
		},
		{
			Name: "dashboard-oidc-scopes", Env: []string{"DASHBOARD_OIDC_SCOPES"}, Group: groupDashboard, Default: "email,profile", Commands: dashboardCommands,
			Help: "scopes that the dashboard requests in addition to openid; many providers need groups for the claim groups", field: func(v *Values) any { return &v.OIDCScopes },
		},
		{
			Name: "dashboard-port", Flag: true, Env: []string{"DASHBOARD_PORT"}, Group: groupDashboard, Default: "0", Commands: []string{CommandStandalone}, rule: intRange(0, 65_535),
			Help: "`port` of the dashboard alone; 0 serves it below /dashboard on PORT", field: func(v *Values) any { return &v.DashboardPort },
		},
		{
			Name: "openai-api-key", Env: []string{"OPENAI_API_KEY"}, Group: groupModel, Commands: modelCommands,
			Help: "API key for OpenAI or an OpenAI-compatible service", field: func(v *Values) any { return &v.OpenAIKey },
		},
		{
			Name: "openai-base-url", Env: []string{"OPENAI_BASE_URL"}, Group: groupModel, Commands: modelCommands, rule: webURL,
			Help: "base URL of an OpenAI-compatible service; defaults to OpenAI", field: func(v *Values) any { return &v.OpenAIBaseURL },
		},
		{
			Name: "anthropic-api-key", Env: []string{"ANTHROPIC_API_KEY"}, Group: groupModel, Commands: modelCommands,
			Help: "API key for Anthropic; used if OPENAI_API_KEY is unset", field: func(v *Values) any { return &v.AnthropicKey },
		},
		{
			Name: "log-level", Flag: true, Env: []string{"LOG_LEVEL"}, Group: groupGeneral, Default: "info", rule: oneOf("debug", "info", "warn", "error"),
			Help: "minimum `level` of log messages: debug, info, warn or error", field: func(v *Values) any { return &v.LogLevel },
		},
		{
			Name: "log-format", Flag: true, Env: []string{"LOG_FORMAT"}, Group: groupGeneral, Default: "auto", rule: oneOf("auto", "console", "json"),
			Help: "log `format`: console, json or auto (console on a terminal, otherwise json)", field: func(v *Values) any { return &v.LogFormat },
		},
		{
			Name: "metrics-file", Flag: true, Env: []string{"CLAUSEA_METRICS_FILE"}, Group: groupGeneral, Commands: []string{CommandCrawl},
			Help: "`file` for Prometheus metrics, written when the command ends, for the textfile collector of node_exporter", field: func(v *Values) any { return &v.MetricsFile },
		},
	}
}
