package settings

import "time"

// The groups, in the order in which they are shown.
const (
	groupStore       = "Store"
	groupCrawl       = "Crawl"
	groupNetwork     = "Network"
	groupModel       = "Language model"
	groupControllers = "Roles"
	groupGeneral     = "General"
)

// Groups are the groups in the order in which they are shown.
func Groups() []string {
	return []string{groupStore, groupCrawl, groupNetwork, groupControllers, groupModel, groupGeneral}
}

// configName is the name of the setting that names the file of settings. It comes
// first in the table, and has no _FILE form, which would name a file's file.
const configName = "config"

// The commands that use settings. CommandConfig shows all of them.
const (
	CommandCheck   = "check"
	CommandConfig  = "config"
	CommandCrawl   = "crawl"
	CommandDemo    = "demo"
	CommandDiff    = "diff"
	CommandExport  = "export"
	CommandGet     = "get"
	CommandInspect = "inspect"
	CommandMigrate = "migrate"

	CommandStandalone = "standalone"
	CommandOperator   = "operator"
	CommandWorker     = "worker"
	CommandApply      = "apply"
	CommandDelete     = "delete"
	CommandWait       = "wait"
)

var (
	controllerCommands = []string{CommandStandalone, CommandOperator}
	resourceCommands   = []string{CommandApply, CommandDelete, CommandWait}
	storeCommands      = append([]string{CommandCrawl, CommandDiff, CommandGet, CommandExport, CommandCheck, CommandMigrate, CommandWorker}, append(resourceCommands, controllerCommands...)...)
	fetchCommands      = append([]string{CommandCrawl, CommandInspect, CommandDiff, CommandCheck, CommandWorker}, controllerCommands...)
	crawlCommands      = []string{CommandCrawl}
	modelCommands      = []string{CommandCheck}
)

// Table is every setting that this version reads. A new one is a row here and a
// field of Values.
func Table() []Setting {
	return []Setting{
		{
			Name: configName, Flag: true, Env: []string{"CLAUSEA_CONFIG"}, Group: groupGeneral,
			Help: "YAML `file` of settings: a line name: value each", field: func(v *Values) any { return &v.Config },
		},
		{
			Name: "store", Flag: true, Group: groupStore, Commands: append([]string{CommandDemo}, storeCommands...), rule: storeLocation,
			Help: "`store` of this call, MongoDB's URI or a folder, instead of MONGO_URI and CLAUSEA_DATA_DIR", field: func(v *Values) any { return &v.Store },
		},
		{
			Name: "mongo-uri", Env: []string{"MONGO_URI"}, Group: groupStore, Commands: storeCommands, rule: mongoURL,
			Help: "MongoDB to keep the data in; without it they are in one file in CLAUSEA_DATA_DIR", field: func(v *Values) any { return &v.MongoURI },
		},
		{
			Name: "mongodb-database", Env: []string{"MONGODB_DATABASE"}, Group: groupStore, Commands: storeCommands,
			Help: "MongoDB's database; by default the one that the URI names, else clausea", field: func(v *Values) any { return &v.MongoDatabase },
		},
		{
			Name: "data-dir", Env: []string{"CLAUSEA_DATA_DIR"}, Group: groupStore, Default: "./data", Commands: storeCommands, rule: folderPath,
			Help: "folder of the embedded store", field: func(v *Values) any { return &v.DataDir },
		},
		{
			Name: "max-pages", Flag: true, Env: []string{"CLAUSEA_MAX_PAGES"}, Group: groupCrawl, Default: "500", Commands: crawlCommands, rule: intRange(1, 100_000),
			Help: "pages fetched at most", field: func(v *Values) any { return &v.MaxPages },
		},
		{
			Name: "max-depth", Flag: true, Env: []string{"CLAUSEA_MAX_DEPTH"}, Group: groupCrawl, Default: "6", Commands: crawlCommands, rule: intRange(0, 50),
			Help: "links from a seed at most; 0 is the seeds alone", field: func(v *Values) any { return &v.MaxDepth },
		},
		{
			Name: "delay", Flag: true, Env: []string{"CLAUSEA_DELAY"}, Group: groupCrawl, Default: "1s", Commands: crawlCommands, rule: durationRange(0, 5*time.Minute, "500ms or 2s"),
			Help: "time between requests to one host; 0 is none", field: func(v *Values) any { return &v.Delay },
		},
		{
			Name: "timeout", Flag: true, Env: []string{"CLAUSEA_TIMEOUT"}, Group: groupCrawl, Default: "30m", Commands: crawlCommands, rule: durationRange(time.Second, 24*time.Hour, "10m"),
			Help: "time for a whole crawl at most", field: func(v *Values) any { return &v.Timeout },
		},
		{
			Name: "languages", Flag: true, Env: []string{"CLAUSEA_LANGUAGES"}, Group: groupCrawl, Commands: crawlCommands, rule: languageTag,
			Help: "preferred languages, such as en,de", field: func(v *Values) any { return &v.Languages },
		},
		{
			Name: "render", Flag: true, Env: []string{"CLAUSEA_RENDER"}, Group: groupCrawl, Default: "Never", Commands: crawlCommands, rule: oneOf("Never", "Auto", "Always"),
			Help: "which pages are drawn in a browser: Never, Auto (those that matter and come without text) or Always", field: func(v *Values) any { return &v.Render },
		},
		{
			Name: "browser", Flag: true, Env: []string{"CLAUSEA_BROWSER"}, Group: groupCrawl, Commands: append([]string{CommandCrawl, CommandWorker}, controllerCommands...),
			Help: "the Chromium that draws pages, its `path` or the DevTools URL of one; by default one in PATH", field: func(v *Values) any { return &v.Browser },
		},
		{
			Name: "proxy", Flag: true, Env: []string{"CRAWLER_PROXY"}, Group: groupNetwork, Commands: fetchCommands, rule: proxyURL,
			Help: "forward proxy, a `URL`", field: func(v *Values) any { return &v.Proxy },
		},
		{
			Name: "user-agent", Flag: true, Env: []string{"CLAUSEA_USER_AGENT"}, Group: groupNetwork, Default: "Mozilla/5.0 (compatible; ClauseaBot/1.0; +https://clausea.co/bot)", Commands: fetchCommands,
			Help: "what the crawler says of itself; it must hold ClauseaBot, the name that robots.txt is read for", field: func(v *Values) any { return &v.UserAgent },
		},
		{
			Name: "connect-to", Flag: true, Env: []string{"CLAUSEA_CONNECT_TO"}, Group: groupNetwork, Commands: fetchCommands,
			Help: "connect elsewhere, as curl does: `HOST1:PORT1:HOST2:PORT2`", field: func(v *Values) any { return &v.ConnectTo },
		},
		{
			Name: "ca-file", Flag: true, Env: []string{"CLAUSEA_CA_FILE"}, Group: groupNetwork, Commands: fetchCommands,
			Help: "PEM `file` of further certificate authorities", field: func(v *Values) any { return &v.CAFile },
		},
		{
			Name: "allow-address", Flag: true, Env: []string{"CLAUSEA_ALLOW_ADDRESS"}, Group: groupNetwork, Commands: fetchCommands, rule: cidr,
			Help: "`CIDR` that the guard against internal addresses lets through, for tests", field: func(v *Values) any { return &v.AllowAddress },
		},
		{
			Name: "port", Flag: true, Env: []string{"PORT"}, Group: groupControllers, Default: "8080", Commands: controllerCommands, rule: intRange(0, 65_535),
			Help: "port of the probes and metrics, on all addresses; 0 is any that is free", field: func(v *Values) any { return &v.Port },
		},
		{
			Name: "crawls", Flag: true, Env: []string{"CLAUSEA_CRAWLS"}, Group: groupControllers, Default: "3", Commands: controllerCommands, rule: intRange(0, 1000),
			Help: "crawls at once in this process; 0 leaves them to others", field: func(v *Values) any { return &v.MaxConcurrentCrawls },
		},
		{
			Name: "reconcilers", Flag: true, Env: []string{"CLAUSEA_RECONCILERS"}, Group: groupControllers, Default: "10", Commands: controllerCommands, rule: intRange(1, 100),
			Help: "objects of a kind that are reconciled at once", field: func(v *Values) any { return &v.MaxConcurrentReconciles },
		},
		{
			Name: "lease", Flag: true, Env: []string{"CLAUSEA_LEASE"}, Group: groupControllers, Default: "15s", Commands: append([]string{CommandWorker}, controllerCommands...), rule: durationRange(2*time.Second, 10*time.Minute, "15s"),
			Help: "how long a silent worker is believed before another takes its crawl over", field: func(v *Values) any { return &v.LeaseDuration },
		},
		{
			Name: "watch-namespace", Flag: true, Env: []string{"CLAUSEA_WATCH_NAMESPACE"}, Group: groupControllers, Commands: []string{CommandOperator},
			Help: "only `namespace` whose resources are reconciled; by default all", field: func(v *Values) any { return &v.WatchNamespace },
		},
		{
			Name: "leader-election-namespace", Flag: true, Env: []string{"CLAUSEA_LEADER_ELECTION_NAMESPACE"}, Group: groupControllers, Commands: []string{CommandOperator},
			Help: "`namespace` of the operators' lease; by default the one that the pod is in", field: func(v *Values) any { return &v.LeaderNamespace },
		},
		{
			Name: "execution", Flag: true, Env: []string{"CLAUSEA_EXECUTION"}, Group: groupControllers, Default: "InProcess", Commands: []string{CommandOperator}, rule: oneOf("InProcess", "Job"),
			Help: "where crawls run whose CrawlJob doesn't say: InProcess or Job", field: func(v *Values) any { return &v.Execution },
		},
		{
			Name: "worker-image", Flag: true, Env: []string{"CLAUSEA_WORKER_IMAGE"}, Group: groupControllers, Commands: []string{CommandOperator},
			Help: "`image` of the pods of execution Job", field: func(v *Values) any { return &v.WorkerImage },
		},
		{
			Name: "worker-secret", Flag: true, Env: []string{"CLAUSEA_WORKER_SECRET"}, Group: groupControllers, Default: "clausea", Commands: []string{CommandOperator},
			Help: "`Secret` in the CrawlJob's namespace whose keys are the workers' environment, MONGO_URI among them", field: func(v *Values) any { return &v.WorkerSecret },
		},
		{
			Name: "worker-memory", Flag: true, Env: []string{"CLAUSEA_WORKER_MEMORY"}, Group: groupControllers, Default: "384Mi", Commands: []string{CommandOperator},
			Help: "memory limit of a worker's pod", field: func(v *Values) any { return &v.WorkerMemory },
		},
		{
			Name: "worker-priority-class", Flag: true, Env: []string{"CLAUSEA_WORKER_PRIORITY_CLASS"}, Group: groupControllers, Commands: []string{CommandOperator},
			Help: "PriorityClass of the workers' pods", field: func(v *Values) any { return &v.WorkerPriorityClass },
		},
		{
			Name: "openai-api-key", Env: []string{"OPENAI_API_KEY"}, Group: groupModel, Commands: modelCommands,
			Help: "key of OpenAI, or of a service that speaks as it does", field: func(v *Values) any { return &v.OpenAIKey },
		},
		{
			Name: "openai-base-url", Env: []string{"OPENAI_BASE_URL"}, Group: groupModel, Commands: modelCommands, rule: webURL,
			Help: "address of such a service; by default OpenAI's", field: func(v *Values) any { return &v.OpenAIBaseURL },
		},
		{
			Name: "anthropic-api-key", Env: []string{"ANTHROPIC_API_KEY"}, Group: groupModel, Commands: modelCommands,
			Help: "key of Anthropic; used where there is none of OpenAI", field: func(v *Values) any { return &v.AnthropicKey },
		},
		{
			Name: "log-level", Flag: true, Env: []string{"LOG_LEVEL"}, Group: groupGeneral, Default: "info", rule: oneOf("debug", "info", "warn", "error"),
			Help: "least `level` that is logged: debug, info, warn or error", field: func(v *Values) any { return &v.LogLevel },
		},
		{
			Name: "log-format", Flag: true, Env: []string{"LOG_FORMAT"}, Group: groupGeneral, Default: "auto", rule: oneOf("auto", "console", "json"),
			Help: "`format` of logs: console, json, or auto: console on a terminal", field: func(v *Values) any { return &v.LogFormat },
		},
		{
			Name: "metrics-file", Flag: true, Env: []string{"CLAUSEA_METRICS_FILE"}, Group: groupGeneral, Commands: crawlCommands,
			Help: "`file` to write Prometheus metrics to at the end, for node_exporter's textfile collector", field: func(v *Values) any { return &v.MetricsFile },
		},
	}
}
