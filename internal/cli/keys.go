package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/timestamp"
)

func newKeys(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Create, list, revoke and rotate the keys of the HTTP API",
	}
	cmd.AddCommand(newKeysCreate(a), newKeysList(a), newKeysRevoke(a), newKeysRotate(a))
	return cmd
}

func newKeysCreate(a *app) *cobra.Command {
	var in httpapi.KeyInput
	var expiresIn time.Duration
	var output string
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Create an API key and print it; it is shown only once",
		Long: `Create a key of the HTTP API. The store has only its hash, so the key cannot be shown again.

Scopes:
  read    read everything except keys
  crawl   read, and start and control crawls
  write   crawl, and change companies, documents and webhooks
  admin   everything, including keys
  feed    read the feed of --feed, and nothing else`,
		Example: `  clausea keys create frontend --scopes read,crawl
  clausea keys create feed --scopes feed --feed 'companies=acme&kinds=Changed'
  clausea keys create import --scopes write --expires-in 24h -o json`,
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(keyFormats, output) {
				return invalidOutput(output, keyFormats...)
			}
			if in.Name = args[0]; expiresIn < 0 {
				return usage("keys create: --expires-in must not be negative")
			} else if expiresIn > 0 {
				in.ExpiresAt = time.Now().Add(expiresIn)
			}
			return a.withKeys(cmd.Context(), openStoreForCommand, func(api *localAPI) error {
				var created httpapi.CreatedKey
				if err := api.call(cmd.Context(), http.MethodPost, "/v1/keys", newKeyBody(in), &created); err != nil {
					return fmt.Errorf("create an API key: %w", err)
				}
				return printCreatedKey(cmd, output, created)
			})
		},
	}
	fs := cmd.Flags()
	fs.StringSliceVar(&in.Scopes, "scopes", []string{"read"}, "what the key allows: read, crawl, review, write, admin or feed")
	fs.StringVar(&in.Feed, "feed", "", "`query` of the feed that a key with the scope feed reads")
	fs.DurationVar(&expiresIn, "expires-in", 0, "time after which the key expires; 0 means never")
	outputFlag(cmd, &output, keyFormats...)
	return a.withSettings(cmd, settings.CommandKeys)
}

func newKeysList(a *app) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the API keys, newest first, with revoked and expired ones",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(keyFormats, output) {
				return invalidOutput(output, keyFormats...)
			}
			return a.withKeys(cmd.Context(), openForReading, func(api *localAPI) error {
				keys, err := listKeys(cmd.Context(), api)
				if err != nil {
					return fmt.Errorf("list the API keys: %w", err)
				}
				if output == "json" {
					return printIndented(cmd.OutOrStdout(), keys)
				}
				return printKeys(cmd.OutOrStdout(), keys, time.Now())
			})
		},
	}
	outputFlag(cmd, &output, keyFormats...)
	return a.withSettings(cmd, settings.CommandKeys)
}

func newKeysRevoke(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revoke ID",
		Short: "Revoke an API key: it stops working within 5 seconds",
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withKeys(cmd.Context(), openExisting, func(api *localAPI) error {
				if err := api.call(cmd.Context(), http.MethodDelete, "/v1/keys/"+url.PathEscape(args[0]), nil, nil); err != nil {
					return fmt.Errorf("revoke API key %s: %w", args[0], err)
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "key %s revoked\n", args[0])
				return err
			})
		},
	}
	return a.withSettings(cmd, settings.CommandKeys)
}

func newKeysRotate(a *app) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "rotate ID",
		Short: "Create an API key with the properties of another one, print it, and revoke the other",
		Args:  exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(keyFormats, output) {
				return invalidOutput(output, keyFormats...)
			}
			return a.withKeys(cmd.Context(), openExisting, func(api *localAPI) error {
				var created httpapi.CreatedKey
				if err := api.call(cmd.Context(), http.MethodPost, "/v1/keys/"+url.PathEscape(args[0])+"/rotate", nil, &created); err != nil {
					return fmt.Errorf("rotate API key %s: %w", args[0], err)
				}
				return printCreatedKey(cmd, output, created)
			})
		},
	}
	outputFlag(cmd, &output, keyFormats...)
	return a.withSettings(cmd, settings.CommandKeys)
}

// keyFormats are the output formats of the commands about keys.
var keyFormats = []string{"table", "json"}

// withKeys calls do with the API of the store.
func (a *app) withKeys(ctx context.Context, open storeOpener, do func(*localAPI) error) error {
	api, err := a.openLocalAPI(ctx, open)
	if err != nil {
		return err
	}
	defer api.close()
	return do(api)
}

// newKeyBody returns the request that creates a key. Unlike httpapi.KeyInput, it leaves the zero
// time out.
func newKeyBody(in httpapi.KeyInput) any {
	body := struct {
		Name      string     `json:"name"`
		Scopes    []string   `json:"scopes"`
		Feed      string     `json:"feed,omitempty"`
		ExpiresAt *time.Time `json:"expiresAt,omitempty"`
	}{Name: in.Name, Scopes: in.Scopes, Feed: in.Feed}
	if !in.ExpiresAt.IsZero() {
		body.ExpiresAt = &in.ExpiresAt
	}
	return body
}

// listKeys reads all pages of the list of keys.
func listKeys(ctx context.Context, api *localAPI) ([]httpapi.Key, error) {
	all := []httpapi.Key{}
	for cursor := ""; ; {
		var page struct {
			Items      []httpapi.Key `json:"items"`
			NextCursor string        `json:"nextCursor"`
		}
		if err := api.call(ctx, http.MethodGet, "/v1/keys?"+url.Values{"limit": {"100"}, "cursor": {cursor}}.Encode(), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if cursor = page.NextCursor; cursor == "" {
			return all, nil
		}
	}
}

// printCreatedKey prints a new key: on standard output only the key, so that a script can read
// it.
func printCreatedKey(cmd *cobra.Command, output string, k httpapi.CreatedKey) error {
	if output == "json" {
		return printIndented(cmd.OutOrStdout(), k)
	}
	if _, err := fmt.Fprintln(cmd.OutOrStdout(), k.Secret); err != nil {
		return err
	}
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "key %s (%s) created; it is not shown again\n", k.ID, strings.Join(k.Scopes, ", "))
	return err
}

func printKeys(w io.Writer, keys []httpapi.Key, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "ID\tNAME\tSCOPES\tSTATE\tCREATED\tLAST USED\tEXPIRES")
	for _, k := range keys {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, strings.Join(k.Scopes, ","), keyState(k, now), formatDate(k.CreatedAt.Time), optionalDate(k.LastUsedAt), optionalDate(k.ExpiresAt))
	}
	return t.Flush()
}

func keyState(k httpapi.Key, now time.Time) string {
	switch {
	case k.RevokedAt != nil:
		return "Revoked"
	case k.ExpiresAt != nil && !now.Before(k.ExpiresAt.Time):
		return "Expired"
	}
	return "Active"
}

// optionalDate formats a date, or "-" if there is none.
func optionalDate(t *timestamp.Time) string {
	if t == nil {
		return "-"
	}
	return formatDate(t.Time)
}

// printIndented prints a value as indented JSON.
func printIndented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
