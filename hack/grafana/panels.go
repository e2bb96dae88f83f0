package main

// rows returns the panels of the dashboard.
func rows() []row {
	return []row{
		{"Overview", []panel{
			{title: "Companies", stat: true, unit: "short", about: "Companies that the leader knows.", queries: []query{{`sum(clausea_companies{job=~"$job"})`, ""}}},
			{title: "Documents", stat: true, unit: "short", about: "Documents that have not been removed; measured every 15 minutes.", queries: []query{{`sum(clausea_documents{job=~"$job"})`, ""}}},
			{title: "Crawls running", stat: true, unit: "short", queries: []query{{`sum(clausea_crawl_runs_running{job=~"$job"})`, ""}}},
			{title: "Last crawl ended", stat: true, unit: "s", about: "Time since any crawl ended.", queries: []query{{`time() - max(clausea_last_crawl_end_timestamp_seconds{job=~"$job"} > 0)`, ""}}},
			{title: "Processes", stat: true, unit: "short", queries: []query{{`count(clausea_build_info{job=~"$job"})`, ""}}},
			{title: "Store errors", stat: true, unit: "short", about: "Operations of the store that failed within an hour.", queries: []query{{`sum(increase(clausea_store_errors_total{job=~"$job"}[1h]))`, ""}}},
		}},
		{"Crawls", []panel{
			{title: "Crawls started", unit: "short", stacked: true, about: "By what triggered them.", queries: []query{{`sum by (trigger) (increase(clausea_crawl_runs_started_total{job=~"$job"}[$__rate_interval]))`, "{{trigger}}"}}},
			{title: "Crawls ended", unit: "short", stacked: true, about: "By stop reason.", queries: []query{{`sum by (reason) (increase(clausea_crawl_runs_total{job=~"$job"}[$__rate_interval])) > 0`, "{{reason}}"}}},
			{title: "Duration of crawls", unit: "s", about: "Of crawls that ended within an hour.", queries: []query{
				{`histogram_quantile(0.5, sum by (le) (increase(clausea_crawl_run_duration_seconds_bucket{job=~"$job"}[1h])))`, "half"},
				{`histogram_quantile(0.95, sum by (le) (increase(clausea_crawl_run_duration_seconds_bucket{job=~"$job"}[1h])))`, "95%"},
			}},
			{title: "Companies by last crawl", unit: "short", stacked: true, queries: []query{{`sum by (last_crawl) (clausea_companies{job=~"$job"})`, "{{last_crawl}}"}}},
			{title: "Workers lost", unit: "short", queries: []query{
				{`sum(increase(clausea_crawl_run_takeovers_total{job=~"$job"}[$__rate_interval]))`, "taken over"},
				{`sum(increase(clausea_crawl_runs_lost_total{job=~"$job"}[$__rate_interval]))`, "lost"},
				{`sum(increase(clausea_crawl_run_retries_total{job=~"$job"}[$__rate_interval]))`, "retried"},
			}},
			{title: "Queue", unit: "short", stacked: true, about: "Runs that have not ended, by state.", queries: []query{{`sum by (state) (clausea_queue_runs{job=~"$job"})`, "{{state}}"}}},
			{title: "Wait for a worker", unit: "s", about: "Of the oldest run that is due.", queries: []query{{`max(clausea_queue_oldest_waiting_seconds{job=~"$job"})`, "oldest"}}},
			{title: "Why runs wait", unit: "short", stacked: true, queries: []query{{`sum by (cause) (clausea_queue_waiting_runs{job=~"$job"})`, "{{cause}}"}}},
		}},
		{"Pages and politeness", []panel{
			{title: "Pages", unit: "short", stacked: true, about: "URLs by outcome.", queries: []query{
				{`sum(increase(clausea_crawl_pages_total{job=~"$job"}[$__rate_interval]))`, "fetched"},
				{`sum(increase(clausea_crawl_urls_failed_total{job=~"$job"}[$__rate_interval]))`, "failed"},
			}},
			{title: "URLs skipped", unit: "short", stacked: true, about: "The ten most frequent reasons.", queries: []query{{`topk(10, sum by (reason) (increase(clausea_crawl_urls_skipped_total{job=~"$job"}[$__rate_interval])) > 0)`, "{{reason}}"}}},
			{title: "Responses", unit: "short", stacked: true, about: "By class of the status.", queries: []query{{`sum by (class) (increase(clausea_fetch_responses_total{job=~"$job"}[$__rate_interval]))`, "{{class}}"}}},
			{title: "Bytes of pages", unit: "Bps", queries: []query{{`sum(rate(clausea_crawl_page_bytes_total{job=~"$job"}[$__rate_interval]))`, "fetched"}, {`sum(rate(clausea_render_bytes_total{job=~"$job"}[$__rate_interval]))`, "rendered"}}},
			{title: "Wait for hosts", unit: "s", about: "Seconds that runs waited per second: for the delays of hosts, and for hosts that other crawls hold.", queries: []query{
				{`sum(rate(clausea_crawl_host_delay_wait_seconds_total{job=~"$job"}[$__rate_interval]))`, "delay"},
				{`sum(rate(clausea_host_lease_wait_seconds_sum{job=~"$job"}[$__rate_interval]))`, "host lease"},
			}},
			{title: "Hosts paused or slowed", unit: "short", stacked: true, queries: []query{{`sum by (reason) (increase(clausea_crawl_host_slowdowns_total{job=~"$job"}[$__rate_interval]))`, "{{reason}}"}}},
		}},
		{"Documents", []panel{
			{title: "Versions stored", unit: "short", stacked: true, about: "By document type.", queries: []query{{`sum by (type) (increase(clausea_crawl_document_versions_total{job=~"$job"}[$__rate_interval])) > 0`, "{{type}}"}}},
			{title: "Documents by outcome", unit: "short", stacked: true, about: "Of crawls that ended.", queries: []query{{`sum by (outcome) (increase(clausea_crawl_documents_total{job=~"$job"}[$__rate_interval]))`, "{{outcome}}"}}},
			{title: "Staleness", unit: "s", about: "Time since documents were last checked.", queries: []query{
				{`histogram_quantile(0.5, sum by (le) (clausea_document_staleness_seconds_bucket{job=~"$job"}))`, "half"},
				{`histogram_quantile(0.99, sum by (le) (clausea_document_staleness_seconds_bucket{job=~"$job"}))`, "99%"},
			}},
		}},
		{"Store", []panel{
			{title: "Operations", unit: "ops", stacked: true, queries: []query{{`sum by (operation) (rate(clausea_store_operation_duration_seconds_count{job=~"$job"}[$__rate_interval]))`, "{{operation}}"}}},
			{title: "Latency, 99%", unit: "s", queries: []query{{`histogram_quantile(0.99, sum by (le, operation) (rate(clausea_store_operation_duration_seconds_bucket{job=~"$job"}[$__rate_interval])))`, "{{operation}}"}}},
			{title: "Errors", unit: "short", stacked: true, queries: []query{{`sum by (operation) (increase(clausea_store_errors_total{job=~"$job"}[$__rate_interval]))`, "{{operation}}"}}},
		}},
		{"API and webhooks", []panel{
			{title: "Requests", unit: "reqps", stacked: true, about: "By class of the status.", queries: []query{{`sum by (code) (rate(clausea_api_requests_total{job=~"$job"}[$__rate_interval]))`, "{{code}}"}}},
			{title: "Latency", unit: "s", queries: []query{
				{`histogram_quantile(0.5, sum by (le) (rate(clausea_api_request_duration_seconds_bucket{job=~"$job"}[$__rate_interval])))`, "half"},
				{`histogram_quantile(0.99, sum by (le) (rate(clausea_api_request_duration_seconds_bucket{job=~"$job"}[$__rate_interval])))`, "99%"},
			}},
			{title: "Streams and panics", unit: "short", queries: []query{{`sum(clausea_api_streams{job=~"$job"})`, "streams"}, {`sum(increase(clausea_api_panics_total{job=~"$job"}[$__rate_interval]))`, "panics"}}},
			{title: "Deliveries", unit: "short", stacked: true, about: "Attempts by outcome.", queries: []query{{`sum by (outcome) (increase(clausea_webhook_deliveries_total{job=~"$job"}[$__rate_interval]))`, "{{outcome}}"}}},
			{title: "Pending deliveries", unit: "short", queries: []query{{`sum(clausea_webhook_pending_deliveries{job=~"$job"})`, "pending"}}},
			{title: "Lag", unit: "s", queries: []query{{`max(clausea_webhook_lag_seconds{job=~"$job"})`, "oldest delivery"}, {`max(clausea_change_feed_lag_seconds{job=~"$job"})`, "feed of changes"}}},
		}},
		{"Processes", []panel{
			{title: "Memory", unit: "bytes", queries: []query{
				{`process_resident_memory_bytes{job=~"$job"} and on (job, instance) clausea_build_info`, "{{instance}}"},
				{`go_memstats_heap_inuse_bytes{job=~"$job"} and on (job, instance) clausea_build_info`, "{{instance}} heap"},
			}},
			{title: "CPU", unit: "percentunit", queries: []query{{`rate(process_cpu_seconds_total{job=~"$job"}[$__rate_interval]) and on (job, instance) clausea_build_info`, "{{instance}}"}}},
			{title: "Goroutines", unit: "short", queries: []query{{`go_goroutines{job=~"$job"} and on (job, instance) clausea_build_info`, "{{instance}}"}}},
		}},
	}
}
