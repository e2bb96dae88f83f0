// Command grafana prints the Grafana dashboard of the chart, charts/clausea/files/grafana-dashboard.json.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "grafana:", err)
		os.Exit(1)
	}
}

// The size of panels in the grid of 24 columns.
const (
	statWidth, statHeight   = 4, 4
	graphWidth, graphHeight = 8, 8
	gridColumns             = 24
)

// object is a JSON object.
type object = map[string]any

// source is the data source that the reader of the dashboard selects.
var source = object{"type": "prometheus", "uid": "${datasource}"}

// query is one query of a panel. legend is a template for the names of its series.
type query struct{ expr, legend string }

// panel is a panel of the dashboard.
type panel struct {
	title, about, unit string
	stat               bool // one number, in place of a graph
	stacked            bool
	queries            []query
}

// row is a row of panels below a title.
type row struct {
	title  string
	panels []panel
}

// write writes the dashboard as JSON.
func write(w io.Writer) error {
	panels, id, y := []object{}, 0, 0
	for _, r := range rows() {
		id++
		panels = append(panels, object{
			"id": id, "type": "row", "title": r.title, "collapsed": false, "panels": []object{},
			"gridPos": object{"x": 0, "y": y, "w": gridColumns, "h": 1},
		})
		y++
		x, height := 0, 0
		for _, p := range r.panels {
			width, h := graphWidth, graphHeight
			if p.stat {
				width, h = statWidth, statHeight
			}
			if x+width > gridColumns {
				x, y, height = 0, y+height, 0
			}
			id++
			panels = append(panels, p.object(id, object{"x": x, "y": y, "w": width, "h": h}))
			x, height = x+width, max(height, h)
		}
		y += height
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(object{
		"uid": "clausea", "title": "Clausea", "description": "Crawls, queue, store, API, webhooks and documents of a Clausea deployment.",
		"tags": []string{"clausea"}, "schemaVersion": 39, "version": 1, "editable": true, "graphTooltip": 1, "refresh": "30s", "timezone": "browser",
		"time":        object{"from": "now-6h", "to": "now"},
		"annotations": object{"list": []object{}},
		"templating": object{"list": []object{
			{"name": "datasource", "type": "datasource", "label": "Data source", "query": "prometheus", "hide": 0},
			{
				"name": "job", "type": "query", "label": "Job", "datasource": source, "query": object{"query": "label_values(clausea_build_info, job)", "refId": "job"},
				"refresh": 2, "includeAll": true, "multi": true, "allValue": ".*", "hide": 0, "current": object{"text": "All", "value": "$__all"},
			},
		}},
		"panels": panels,
	}); err != nil {
		return fmt.Errorf("write the dashboard: %w", err)
	}
	return nil
}

func (p panel) object(id int, position object) object {
	targets := []object{}
	for i, q := range p.queries {
		targets = append(targets, object{"refId": string(rune('A' + i)), "expr": q.expr, "legendFormat": q.legend, "datasource": source, "range": !p.stat, "instant": p.stat})
	}
	custom := object{"lineWidth": 1, "fillOpacity": 10, "showPoints": "never"}
	if p.stacked {
		custom["stacking"], custom["fillOpacity"] = object{"mode": "normal", "group": "A"}, 40
	}
	o := object{
		"id": id, "type": "timeseries", "title": p.title, "description": p.about, "datasource": source, "gridPos": position, "targets": targets,
		"fieldConfig": object{"defaults": object{"unit": p.unit, "min": 0, "custom": custom}, "overrides": []object{}},
		"options":     object{"legend": object{"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []string{}}, "tooltip": object{"mode": "multi", "sort": "desc"}},
	}
	if p.stat {
		o["type"] = "stat"
		o["fieldConfig"] = object{"defaults": object{"unit": p.unit}, "overrides": []object{}}
		o["options"] = object{
			"reduceOptions": object{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}, "colorMode": "value", "graphMode": "none", "textMode": "auto",
			"justifyMode": "auto", "wideLayout": true, "showPercentChange": false, "percentChangeColorMode": "standard", "orientation": "auto",
		}
	}
	return o
}
