package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/dashboard"
	"github.com/clausea/crawler/internal/oidc"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/signin"
)

func newDashboardCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dashboard",
		Short: "Serve the dashboard",
		Long: `Serve the dashboard of an operator or of standalone processes, below /dashboard on PORT.
Any number of processes can serve it. It needs DASHBOARD_PASSWORD, DASHBOARD_PASSWORD_HASH,
DASHBOARD_USERS or DASHBOARD_OIDC_ISSUER. Companies and CrawlJobs are in Kubernetes, or in the store; everything else is
in MongoDB, so MONGO_URI is required, unless this process alone uses an embedded store.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.exitAfterSignal(cmd.Context(), a.serveDashboard(cmd.Context()))
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "hash-password",
		Short: "Read a password from standard input and print its hash for DASHBOARD_PASSWORD_HASH",
		Args:  exactly(0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return hashPassword(cmd.InOrStdin(), cmd.OutOrStdout()) },
	})
	return a.withSettings(cmd, settings.CommandDashboard)
}

// maxPassword is the maximum length of a password, in bytes.
const maxPassword = 1024

func hashPassword(r io.Reader, w io.Writer) error {
	line, err := bufio.NewReader(io.LimitReader(r, maxPassword+2)).ReadString('\n')
	password := strings.TrimRight(line, "\r\n")
	switch {
	case err != nil && err != io.EOF: //nolint:errorlint // io.EOF is returned as it is
		return fmt.Errorf("read the password: %w", err)
	case password == "" || len(password) > maxPassword:
		return usage("standard input has no password, or one of more than 1024 bytes; pipe one line into this command")
	}
	_, err = fmt.Fprintln(w, signin.NewHash(password))
	return err
}

// dashboardUsers returns the users that the settings name.
func dashboardUsers(v *settings.Values) (users []signin.User, err error) {
	if users, err = signin.ParseUsers(v.DashboardUsers.Reveal()); err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("DASHBOARD_USERS: %w", err)}
	}
	owner := signin.User{Name: signin.Owner, Role: signin.Operator}
	switch {
	case !v.DashboardPasswordHash.IsEmpty():
		if owner.Hash, err = signin.ParseHash(v.DashboardPasswordHash.Reveal()); err != nil {
			return nil, &exitError{exitUsage, fmt.Errorf("DASHBOARD_PASSWORD_HASH: %w", err)}
		}
		users = append(users, owner)
	case !v.DashboardPassword.IsEmpty():
		owner.Hash = signin.HashOfSetting(v.DashboardPassword.Reveal())
		users = append(users, owner)
	}
	return users, nil
}

// newDashboard returns the dashboard of a process, or nil if the settings let no user sign in.
func newDashboard(ctx context.Context, v *settings.Values, services service.Services, parts apiParts, log logr.Logger) (http.Handler, error) {
	users, provider, err := dashboardSignIn(v)
	if err != nil || len(users) == 0 && provider == nil {
		return nil, err
	}
	trusted, err := prefixes(v, &v.TrustedProxies)
	if err != nil {
		return nil, err
	}
	in := signin.New(users, parts.backends.limiter)
	if provider != nil {
		key, err := provider.SessionKey()
		if err != nil {
			return nil, fmt.Errorf("create the dashboard: %w", err)
		}
		in.AcceptProvider(oidc.UserPrefix, key)
	}
	s, err := dashboard.New(dashboard.Options{
		Services: services, SignIn: in, OIDC: provider, URL: v.DashboardURL, TrustedProxies: trusted, Version: buildVersion(), Log: log, Stop: ctx,
	})
	if err != nil {
		return nil, fmt.Errorf("create the dashboard: %w", err)
	}
	return s.Handler(), nil
}

// dashboardSignIn returns the users with passwords and the identity provider of the settings.
// Either may be missing.
func dashboardSignIn(v *settings.Values) ([]signin.User, *oidc.Provider, error) {
	users, err := dashboardUsers(v)
	if err != nil {
		return nil, nil, err
	}
	provider, err := dashboardProvider(v)
	return users, provider, err
}

// dashboardProvider returns the identity provider of the settings, or nil.
func dashboardProvider(v *settings.Values) (*oidc.Provider, error) {
	if v.OIDCIssuer == "" {
		return nil, nil //nolint:nilnil // the provider is optional
	}
	for _, other := range []struct {
		name  string
		isSet bool
	}{
		{"DASHBOARD_URL", v.DashboardURL != ""}, {"DASHBOARD_OIDC_CLIENT_ID", v.OIDCClientID != ""},
		{"DASHBOARD_OIDC_CLIENT_SECRET", !v.OIDCClientSecret.IsEmpty()}, {"DASHBOARD_OIDC_ROLES", v.OIDCRoles != ""},
	} {
		if !other.isSet {
			return nil, usage("DASHBOARD_OIDC_ISSUER is set, and %s is not; set both", other.name)
		}
	}
	roles, err := oidc.ParseRoles(v.OIDCRoles)
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("DASHBOARD_OIDC_ROLES: %w", err)}
	}
	c, err := oidc.NewClient(v.CAFile)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	p, err := oidc.New(oidc.Options{
		Issuer: v.OIDCIssuer, ClientID: v.OIDCClientID, ClientSecret: v.OIDCClientSecret.Reveal(), URL: v.DashboardURL + dashboard.CallbackPath,
		Scopes: v.OIDCScopes, Roles: roles, Client: c,
	})
	if err != nil {
		return nil, fmt.Errorf("create the client of the OpenID Connect provider: %w", err)
	}
	return p, nil
}

// dashboardRoot returns a handler that leads from / to the dashboard. Other paths are for other.
func dashboardRoot(other http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler(dashboard.Base+"/", http.StatusFound))
	mux.Handle("/", other)
	return mux
}

// withDashboard returns a handler of both. Either may be nil.
func withDashboard(board, other http.Handler) http.Handler {
	if board == nil {
		return other
	}
	mux := http.NewServeMux()
	mux.Handle(dashboard.Base+"/", board)
	mux.Handle(dashboard.Base, board)
	mux.Handle("/", other)
	return mux
}

func (a *app) serveDashboard(ctx context.Context) error {
	users, provider, err := dashboardSignIn(a.values)
	if err != nil {
		return err
	}
	if len(users) == 0 && provider == nil {
		return usage("the dashboard has no user: set DASHBOARD_PASSWORD, DASHBOARD_PASSWORD_HASH, DASHBOARD_USERS or DASHBOARD_OIDC_ISSUER")
	}
	return a.serveProcess(ctx, settings.CommandDashboard)
}
