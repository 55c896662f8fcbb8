package awssim_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"mooring/certificate"
	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
	"mooring/secret"
)

const linkName = "mooring-abcdefghijklmnop"

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shell is an account's CloudShell: it signs with AWS's own signer.
type shell struct {
	*awssim.Simulator
	t                 testing.TB
	number, region    string
	accessKey, secret string
	partition         string
	client            *http.Client
}

func start(t testing.TB) *awssim.Simulator {
	t.Helper()
	s, err := awssim.Start(awssim.Options{})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	return s
}

func newShell(t testing.TB, s *awssim.Simulator, number string) shell {
	t.Helper()
	key, secretKey, found := s.Administrator(number)
	if !found {
		t.Fatalf("no account %s", number)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.CA(), MinVersion: tls.VersionTLS12}, DialContext: s.Dial}
	t.Cleanup(transport.CloseIdleConnections)
	sh := shell{Simulator: s, t: t, number: number, accessKey: key, secret: secretKey, client: &http.Client{Transport: transport}}
	for _, a := range awssim.Stories() {
		if a.Number == number {
			sh.region, sh.partition = a.Region, a.Partition
		}
	}
	return sh
}

// send signs a request and sends it to the service's host in the account's region.
func (s shell) send(service, method, path string, header http.Header, body string) (int, string) {
	s.t.Helper()
	p, _ := aws.FindPartition(s.partition)
	endpoint, found := p.Endpoint(aws.Service(service), s.region)
	if !found {
		s.t.Fatalf("no host for %s", service)
	}
	r, err := http.NewRequest(method, "https://"+endpoint.Host+path, strings.NewReader(body))
	ok(s.t, err)
	for name, values := range header {
		r.Header[name] = values
	}
	sum := sha256.Sum256([]byte(body))
	credentials := awssdk.Credentials{AccessKeyID: s.accessKey, SecretAccessKey: s.secret}
	ok(s.t, v4.NewSigner().SignHTTP(context.Background(), credentials, r, hex.EncodeToString(sum[:]), service, endpoint.Region, time.Now()))
	answer, err := s.client.Do(r)
	ok(s.t, err)
	defer answer.Body.Close() //nolint:errcheck // a test
	said, err := io.ReadAll(answer.Body)
	ok(s.t, err)
	return answer.StatusCode, string(said)
}

var versions = map[string]string{"sts": "2011-06-15", "iam": "2010-05-08", "ec2": "2016-11-15", "cloudformation": "2010-05-15"}

// ask sends a form with pairs of a name and a value.
func (s shell) ask(service, action string, pairs ...string) (int, string) {
	s.t.Helper()
	form := url.Values{"Action": {action}, "Version": {versions[service]}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return s.send(service, http.MethodPost, "/", http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}, form.Encode())
}

// anywhere sends JSON to IAM Roles Anywhere.
func (s shell) anywhere(method, path, body string) (int, string) {
	s.t.Helper()
	return s.send("rolesanywhere", method, path, http.Header{"Content-Type": {"application/json"}}, body)
}

// has checks an answer.
func (s shell) has(status int, body string, wantStatus int, want ...string) {
	s.t.Helper()
	for _, w := range want {
		if status != wantStatus || !strings.Contains(body, w) {
			s.t.Errorf("got %d %s, want %d %s", status, body, wantStatus, w)
		}
	}
}

// link is a link's authority with a leaf.
type link struct {
	certificate.SealedAuthority
	leaf *certificate.Identity
}

func newLink(t testing.TB) link {
	t.Helper()
	ring := secret.NewRing()
	a, err := certificate.NewAuthority(ring, "a", "acme", linkName, time.Now())
	ok(t, err)
	sealed, err := a.Issue(ring, certificate.Leaf{ID: "l"}, time.Now())
	ok(t, err)
	leaf, err := a.NewIdentity(ring, sealed)
	ok(t, err)
	return link{a, leaf}
}

// template is Mooring's own, for a link with this authority.
func template(_ testing.TB, pem []byte) string {
	return aws.Setup{Name: linkName, AuthorityPEM: string(pem)}.Template()
}

var output = regexp.MustCompile(`<OutputKey>(\w+)</OutputKey><OutputValue>([^<]+)</OutputValue>`)

// outputs reads those of a stack.
func (s shell) outputs(name string) map[string]string {
	s.t.Helper()
	_, body := s.ask("cloudformation", "DescribeStacks", "StackName", name)
	all := map[string]string{}
	for _, found := range output.FindAllStringSubmatch(body, -1) {
		all[found[1]] = found[2]
	}
	return all
}

// opens reports how Mooring's client fares with what somebody made.
func (s shell) opens(l link, made map[string]string) error {
	access, problems := aws.ParseAccess(made["TrustAnchorArn"], made["ProfileArn"], made["RoleArn"])
	if problems != nil {
		return problems[0]
	}
	c := aws.NewClient(aws.Options{Roots: s.CA(), Dial: s.Dial})
	session, err := c.CreateSession(s.t.Context(), access, l.leaf.TLS(), time.Hour)
	if err != nil {
		return err
	}
	_, err = c.SimulatePrincipalPolicy(s.t.Context(), session, []string{"ec2:DescribeRegions"})
	return err
}

func strangerPEM(t testing.TB) []byte {
	t.Helper()
	name, err := certificate.NewLinkName(rand.Reader)
	ok(t, err)
	a, err := certificate.NewAuthority(secret.NewRing(), "b", "acme", name, time.Now())
	ok(t, err)
	return a.PEM()
}
