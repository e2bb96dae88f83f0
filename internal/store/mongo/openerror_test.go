package mongo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/description"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"
)

func TestEachCauseOfAFailedOpenHasItsOwnSentence(t *testing.T) {
	t.Parallel()
	selection := func(servers ...description.Server) error {
		return topology.ServerSelectionError{Wrapped: context.DeadlineExceeded, Desc: description.Topology{Servers: servers}}
	}
	failed := func(err error) description.Server {
		return description.Server{LastError: topology.ConnectionError{Wrapped: err}}
	}
	for want, test := range map[string]struct {
		cause Cause
		err   error
	}{
		"connection refused; start MongoDB":                      {CauseRefused, selection(failed(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}))},
		"the host name does not resolve (lookup db: no such":     {CauseHost, selection(failed(&net.DNSError{Err: "no such host", Name: "db"}))},
		"rejected the user or the password":                      {CauseCredentials, errors.New(`connection() error occurred during connection handshake: auth error: sasl conversation error: (AuthenticationFailed) Authentication failed`)},
		"the user may not use the database; grant it the role":   {CausePermission, mongo.CommandError{Code: 13, Message: "not authorized"}},
		"certificate is not trusted (x509: certificate signed":   {CauseCertificate, selection(failed(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}))},
		"certificate is invalid (x509: certificate has expired":  {CauseCertificate, selection(failed(x509.CertificateInvalidError{Reason: x509.Expired}))},
		"on Atlas, add the IP address of this machine":           {CauseTLS, selection(failed(errors.New("remote error: tls: internal error")))},
		"the server does not use TLS; remove tls=true":           {CauseTLS, selection(failed(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}))},
		"check that tls in MONGO_URI":                            {CauseTLS, selection(failed(io.EOF))},
		"the servers respond, but none is a primary":             {CauseNoPrimary, selection(description.Server{Kind: description.ServerKindRSSecondary})},
		"no server responds; check the host":                     {CauseNoResponse, selection(description.Server{})},
		"connection refused; start MongoDB, or correct the host": {CauseRefused, selection(failed(context.DeadlineExceeded), failed(syscall.ECONNREFUSED))},
		"something else": {CauseOther, errors.New("something else")},
	} {
		got := newOpenError(fmt.Errorf("hello: %w", test.err), "mongodb://user:pass@db:27017/x")
		if got.Cause != test.cause || !strings.Contains(got.Error(), want) || !strings.HasPrefix(got.Error(), "open MongoDB at db:27017: ") {
			t.Errorf("the cause is %s: %s; want %s: %s", got.Cause, got, test.cause, want)
		}
	}
}

func TestOpeningAPortThatNobodyListensOnEndsWithTheContextAndSaysWhy(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := Open(ctx, "mongodb://user:s3cret@127.0.0.1:1/x", "")
	checkCause(t, err, CauseRefused)
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error has the password: %v", err)
	}
}

func TestOpeningAServerThatDoesNotRespondEndsWithTheContextAndSaysWhy(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0") // accepts, and never responds
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = Open(ctx, "mongodb://"+l.Addr().String(), "")
	checkCause(t, err, CauseNoResponse)
}

func TestAWrongPasswordIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), strings.Replace(uri, "mongodb://", "mongodb://user:s3cret@", 1), "")
	checkCause(t, err, CauseCredentials)
}

func TestAWrongReplicaSetAndATLSServerThatIsNoneAreToldApart(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	base, _, _ := strings.Cut(uri, "?")
	_, err := Open(ctx, base+"?replicaSet=other", "")
	checkCause(t, err, CauseReplicaSet)
	ctx, cancel = context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = Open(ctx, uri+"&tls=true", "")
	checkCause(t, err, CauseTLS)
}

func TestAnInvalidURIAndAMissingSRVRecordAreToldApart(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), "mongodb://db:port/x", "")
	checkCause(t, err, CauseInvalidURI)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = Open(ctx, "mongodb+srv://cluster.invalid/x", "")
	checkCause(t, err, CauseSRV)
}

func checkCause(t *testing.T, err error, want Cause) {
	t.Helper()
	var e *OpenError
	if !errors.As(err, &e) || e.Cause != want {
		t.Fatalf("the error is %v, want the cause %s", err, want)
	}
	t.Log(err)
}

func TestAnOperationThatNoServerAnswersExplainsItselfWithoutTheInternalsOfTheDriver(t *testing.T) {
	t.Parallel()
	err := storeError(fmt.Errorf("calculated server-side timeout (0 ms) is less than or equal to 0: %w", context.DeadlineExceeded))
	if !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "server-side") || !strings.HasPrefix(err.Error(), "no server responds") {
		t.Errorf("the error is %v", err)
	}
}
