package mongo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/description"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"github.com/clausea/crawler/internal/store"
)

// Cause classifies why MongoDB could not be opened.
type Cause string

// The causes.
const (
	CauseInvalidURI  Cause = "InvalidURI"  // the connection string cannot be parsed
	CauseSRV         Cause = "SRV"         // the SRV record of a mongodb+srv URI was not found
	CauseHost        Cause = "Host"        // a host name does not resolve
	CauseRefused     Cause = "Refused"     // the host rejects the connection
	CauseNoResponse  Cause = "NoResponse"  // no server responds in time
	CauseCertificate Cause = "Certificate" // the TLS certificate is not trusted
	CauseTLS         Cause = "TLS"         // the TLS handshake fails for another reason
	CauseCredentials Cause = "Credentials" // user or password are wrong
	CausePermission  Cause = "Permission"  // the user lacks a role
	CauseReplicaSet  Cause = "ReplicaSet"  // the servers are not members of the set in the URI
	CauseNoPrimary   Cause = "NoPrimary"   // the replica set has no primary
	CauseVersion     Cause = "Version"     // the server is too old
	CauseOther       Cause = "Other"
)

// OpenError explains in one sentence why MongoDB could not be opened, and what to do.
type OpenError struct {
	// Hosts are the hosts of the URI, without credentials and options.
	Hosts string
	Cause Cause
	text  string
}

// Error implements error. The text contains no credentials.
func (e *OpenError) Error() string { return "open MongoDB at " + e.Hosts + ": " + e.text }

// Permanent reports whether another attempt fails too, unless somebody changes the settings
// or the server.
func (e *OpenError) Permanent() bool {
	switch e.Cause {
	case CauseInvalidURI, CauseCertificate, CauseCredentials, CausePermission, CauseReplicaSet, CauseVersion:
		return true
	}
	return false
}

// newOpenError classifies err, with which opening uri failed.
func newOpenError(err error, uri string) *OpenError {
	cause, text := causeOf(err)
	if cause == CauseOther { // the text is the driver's
		text = redactCredentials(err, uri).Error()
	}
	return &OpenError{Hosts: Hosts(uri), Cause: cause, text: text}
}

// causeOf returns the cause of an error of the driver, with a sentence that names the remedy.
func causeOf(err error) (Cause, string) {
	var selection topology.ServerSelectionError
	if !errors.As(err, &selection) {
		return explainConnection(err)
	}
	// The first server with a known cause explains the failure. Without one, the servers respond,
	// but none is a primary, or they do not respond.
	responds := false
	for _, s := range selection.Desc.Servers {
		if s.LastError == nil {
			responds = responds || s.Kind != description.Unknown
			continue
		}
		if cause, text := explainConnection(s.LastError); cause != CauseNoResponse && cause != CauseOther {
			return cause, text
		}
	}
	if text := selection.Error(); strings.Contains(text, "wire version") {
		return CauseVersion, "the server is too old; use MongoDB 6.0 or later"
	}
	switch {
	case responds:
		return CauseNoPrimary, "the servers respond, but none is a primary; check rs.status() for members that are down"
	case selection.Desc.SetName != "" && len(selection.Desc.Servers) == 0:
		return CauseReplicaSet, fmt.Sprintf("the servers are not members of the replica set %s; correct replicaSet in MONGO_URI", selection.Desc.SetName)
	}
	return CauseNoResponse, noResponse
}

const noResponse = "no server responds; check the host in MONGO_URI, the network and the firewall, and on Atlas the IP access list"

// explainConnection classifies the failure of one connection.
func explainConnection(err error) (Cause, string) {
	if cause, text, ok := explainTLS(err); ok {
		return cause, text
	}
	var dns *net.DNSError
	var server mongo.ServerError
	text := err.Error()
	switch {
	case errors.As(err, &dns):
		return CauseHost, fmt.Sprintf("the host name does not resolve (%s); correct the host in MONGO_URI, or check the name server", dns)
	case errors.Is(err, syscall.ECONNREFUSED):
		return CauseRefused, "connection refused; start MongoDB, or correct the host and port in MONGO_URI"
	case strings.Contains(text, "auth error"), strings.Contains(text, "AuthenticationFailed"), strings.Contains(text, "bad auth"):
		return CauseCredentials, "the server rejected the user or the password; correct them in MONGO_URI, and check its authSource"
	case errors.As(err, &server) && server.HasErrorCode(codeUnauthorized):
		return CausePermission, "the user may not use the database; grant it the role readWrite on the database"
	case errors.As(err, &server) && server.HasErrorCode(codeInconsistentSet):
		return CauseReplicaSet, "the server is not a member of the replica set in MONGO_URI; correct replicaSet"
	case strings.Contains(text, "wire version"):
		return CauseVersion, "the server is too old; use MongoDB 6.0 or later"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return CauseTLS, "the server closed the connection before the handshake was finished; check that tls in MONGO_URI (true for mongodb+srv) is what the server expects"
	case isNoResponse(err):
		return CauseNoResponse, noResponse
	}
	return CauseOther, text
}

// Codes of server errors: error_codes.yml of MongoDB 6.0.
const (
	codeUnauthorized    = 13
	codeInconsistentSet = 93 // InvalidReplicaSetConfig
)

// explainTLS classifies a failed TLS handshake; ok is false for any other error.
func explainTLS(err error) (cause Cause, text string, ok bool) {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &authority):
		return CauseCertificate, fmt.Sprintf("the TLS certificate is not trusted (%s); name the file of its certificate authority with tlsCAFile in MONGO_URI", authority), true
	case errors.As(err, &host):
		return CauseCertificate, fmt.Sprintf("the TLS certificate is for another host (%s); use a host of the certificate in MONGO_URI", host), true
	case errors.As(err, &invalid):
		return CauseCertificate, fmt.Sprintf("the TLS certificate is invalid (%s); renew it, and check the clock of this machine", invalid), true
	case errors.As(err, &header):
		return CauseTLS, "the server does not use TLS; remove tls=true from MONGO_URI, or enable TLS on the server", true
	case strings.Contains(err.Error(), "remote error: tls"):
		return CauseTLS, fmt.Sprintf("the server ended the TLS handshake (%s); on Atlas, add the IP address of this machine to the IP access list; if the server requires a client certificate, set tlsCertificateKeyFile in MONGO_URI", tlsAlert(err)), true
	}
	return "", "", false
}

// tlsAlert returns the part of an error that names the TLS alert.
func tlsAlert(err error) string {
	text := err.Error()
	return text[strings.LastIndex(text, "remote error: tls"):]
}

// isNoResponse reports whether a call failed because no server responded in time.
func isNoResponse(err error) bool {
	var network net.Error
	return mongo.IsTimeout(err) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout() || strings.Contains(err.Error(), "timed out")
}

// isUnreachable reports whether an operation failed because no server responded or could be
// selected, and not because its caller cancelled it.
func isUnreachable(err error) bool {
	var selection topology.ServerSelectionError
	return !errors.Is(err, context.Canceled) && (errors.As(err, &selection) || errors.Is(err, syscall.ECONNREFUSED) || isNoResponse(err))
}

// unresponsiveError is an error of an operation during which no server responded. Its text
// explains the cause without the internals of the driver.
type unresponsiveError struct {
	text string
	err  error
}

func (e *unresponsiveError) Error() string { return e.text }
func (e *unresponsiveError) Unwrap() error { return e.err }

// Is reports that the error is store.ErrUnavailable.
func (e *unresponsiveError) Is(target error) bool { return target == store.ErrUnavailable }

// lookupSRV checks that the SRV record of a mongodb+srv URI exists. The driver looks it up
// without a context; this lookup ends with ctx.
func lookupSRV(ctx context.Context, uri string) error {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "mongodb+srv" {
		return nil // the driver reports an invalid URI
	}
	service := u.Query().Get("srvServiceName")
	if service == "" {
		service = "mongodb"
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	if _, _, err := net.DefaultResolver.LookupSRV(ctx, service, "tcp", u.Hostname()); err != nil {
		return srvError(err, uri)
	}
	return nil
}

// srvError returns the error of a failed SRV lookup.
func srvError(err error, uri string) error {
	return &OpenError{Hosts: Hosts(uri), Cause: CauseSRV, text: fmt.Sprintf(
		"the SRV lookup failed (%s); correct the host in MONGO_URI, check the name server, or use a mongodb:// URI with the hosts of the servers", err)}
}

// invalidURI returns the error of a connection string that the driver rejects.
func invalidURI(err error, uri string) error {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return srvError(dns, uri)
	}
	return &OpenError{Hosts: Hosts(uri), Cause: CauseInvalidURI, text: fmt.Sprintf(
		"invalid URI (%s); use mongodb://USER:PASSWORD@HOST/DATABASE or mongodb+srv://..., with special characters percent-encoded", redactCredentials(err, uri))}
}

// Hosts returns the hosts of a URI, without credentials and options.
func Hosts(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	rest, _, _ = strings.Cut(rest, "/")
	rest, _, _ = strings.Cut(rest, "?")
	return rest
}

// helloUntil repeats attempt, which sends hello, until it succeeds, fails for a permanent
// cause, or operationTimeout or ctx ends. The error is an *OpenError that names the cause of
// the last attempt with a known one.
func helloUntil(ctx context.Context, uri string, attempt func(context.Context) error) error {
	all, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	var last *OpenError
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		one, cancel := context.WithTimeout(all, attemptTimeout)
		err := attempt(one)
		cancel()
		if err == nil {
			return nil
		}
		failure := newOpenError(err, uri)
		// An attempt that ctx interrupts knows less than the one before it.
		if last == nil || all.Err() == nil || failure.Cause != CauseNoResponse && failure.Cause != CauseOther {
			last = failure
		}
		if last.Permanent() {
			return last
		}
		select {
		case <-all.Done():
			return last
		case <-time.After(wait):
		}
	}
}

// Explain returns the *OpenError of an error with which a call to a store at uri failed, or nil
// if its cause is unknown.
func Explain(err error, uri string) *OpenError {
	var e *OpenError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	}
	if e = newOpenError(err, uri); e.Cause == CauseOther {
		return nil
	}
	return e
}
