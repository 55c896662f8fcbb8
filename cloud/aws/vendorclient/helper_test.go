package vendorclient

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/awserr"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/iam"
	"github.com/aws/aws-sdk-go/service/sts"
	helper "github.com/aws/rolesanywhere-credential-helper/aws_signing_helper"

	"mooring/cloud/aws/awssim"
)

const name = "mooring-abcdefghijklmnop"

var simulator *awssim.Simulator

// The clients read the authority and the proxy once, so one simulator serves all
// tests. Each test has an account of its own.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if simulator, err = awssim.Start(awssim.Options{}); err != nil {
			panic(err)
		}
		defer simulator.Close() //nolint:errcheck // the tests have ended
		folder, err := os.MkdirTemp("", "vendorclient")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder) //nolint:errcheck // see above
		file := filepath.Join(folder, "ca.pem")
		if err := os.WriteFile(file, simulator.CAPEM(), 0o600); err != nil {
			panic(err)
		}
		for key, value := range map[string]string{"SSL_CERT_FILE": file, "SSL_CERT_DIR": folder, "HTTPS_PROXY": simulator.ProxyURL(), "NO_PROXY": "",
			"AWS_CA_BUNDLE": file, "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull} {
			if err := os.Setenv(key, value); err != nil {
				panic(err)
			}
		}
		return m.Run()
	}())
}

type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func p256(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(t, err)
	return key
}

func issue(t testing.TB, form, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	form.NotBefore, form.NotAfter, form.BasicConstraintsValid = time.Now().Add(-time.Hour), time.Now().AddDate(0, 0, 90), true
	if parent == nil {
		parent = form
	}
	der, err := x509.CreateCertificate(rand.Reader, form, parent, public, key)
	ok(t, err)
	c, err := x509.ParseCertificate(der)
	ok(t, err)
	return c
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key := p256(t)
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Mooring link"}, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	return authority{issue(t, form, nil, key.Public(), key), key}
}

func (a authority) between(t testing.TB) authority {
	t.Helper()
	key := p256(t)
	form := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Between"}, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	return authority{issue(t, form, a.cert, key.Public(), a.key), key}
}

func (a authority) leaf(t testing.TB, key crypto.Signer, commonName string) *x509.Certificate {
	t.Helper()
	form := &x509.Certificate{SerialNumber: new(big.Int).SetBytes([]byte{0x7f, 1, 2, 3, 4, 5, 6, 7, 8}), Subject: pkix.Name{CommonName: commonName},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	return issue(t, form, a.cert, key.Public(), a.key)
}

func text(certificates ...*x509.Certificate) string {
	var all strings.Builder
	for _, c := range certificates {
		all.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return all.String()
}

// link makes everything in the account with this story.
func link(t testing.TB, story string, a authority) (awssim.Account, awssim.Linked) {
	t.Helper()
	for _, account := range awssim.Stories() {
		if account.Name == story {
			l, err := simulator.Link(account.Number, name, text(a.cert))
			ok(t, err)
			return account, l
		}
	}
	t.Fatalf("no story is called %s", story)
	return awssim.Account{}, awssim.Linked{}
}

// run runs the helper. An empty endpoint leaves it to the helper, which then goes
// through the proxy.
func run(t testing.TB, l awssim.Linked, endpoint string, leaf *x509.Certificate, key crypto.Signer, chain ...*x509.Certificate) (helper.CredentialProcessOutput, error) {
	t.Helper()
	folder := t.TempDir()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	ok(t, err)
	options := helper.CredentialsOpts{RoleArn: l.Role, ProfileArnStr: l.Profile, TrustAnchorArnStr: l.TrustAnchor, SessionDuration: 900, Endpoint: endpoint,
		WithProxy: endpoint == "", CertificateId: filepath.Join(folder, "leaf.pem"), PrivateKeyId: filepath.Join(folder, "key.pem")}
	ok(t, os.WriteFile(options.CertificateId, []byte(text(leaf)), 0o600))
	ok(t, os.WriteFile(options.PrivateKeyId, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	if len(chain) > 0 {
		options.CertificateBundleId = filepath.Join(folder, "chain.pem")
		ok(t, os.WriteFile(options.CertificateBundleId, []byte(text(chain...)), 0o600))
	}
	signer, algorithm, err := helper.GetSigner(&options)
	ok(t, err)
	defer signer.Close()
	return helper.GenerateCredentials(&options, signer, algorithm)
}

func TestAWSsHelperOpensSessionsWithEitherKindOfKey(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	ok(t, err)
	for story, key := range map[string]crypto.Signer{"Harbor": rsaKey, "Wide Berth": p256(t)} {
		a := newAuthority(t)
		_, l := link(t, story, a)
		leaf := a.leaf(t, key, name)
		for _, endpoint := range []string{"", simulator.URL()} {
			out, err := run(t, l, endpoint, leaf, key)
			if err != nil || out.SessionToken == "" {
				t.Errorf("%s at %q: %v", story, endpoint, err)
			}
		}
	}
}

func TestAWSsHelperSendsAChain(t *testing.T) {
	root := newAuthority(t)
	between := root.between(t)
	_, l := link(t, "Dark Coast", root)
	key := p256(t)
	leaf := between.leaf(t, key, name)
	_, err := run(t, l, simulator.URL(), leaf, key, between.cert)
	ok(t, err)
	_, err = run(t, l, simulator.URL(), leaf, key, newAuthority(t).between(t).cert)
	refused(t, err, "AccessDeniedException", "Untrusted Signing Certificate")
}

func TestAWSsHelperReadsTheRefusals(t *testing.T) {
	a, key := newAuthority(t), p256(t)
	_, l := link(t, "Closed Port", a)
	_, err := run(t, l, simulator.URL(), newAuthority(t).leaf(t, key, name), key)
	refused(t, err, "AccessDeniedException", "Untrusted certificate. Insufficient certificate")
	_, err = run(t, l, simulator.URL(), a.leaf(t, key, "mooring-stranger"), key)
	refused(t, err, "AccessDeniedException", "Unable to assume role for "+l.Role)
	l.TrustAnchor = l.TrustAnchor[:len(l.TrustAnchor)-1]
	_, err = run(t, l, simulator.URL(), a.leaf(t, key, name), key)
	refused(t, err, "ResourceNotFoundException", "Trust anchor not found")
}

func refused(t testing.TB, err error, code, message string) {
	t.Helper()
	var refusal awserr.Error
	if !errors.As(err, &refusal) || refusal.Code() != code || !strings.Contains(refusal.Error(), message) {
		t.Errorf("got %v, want %s %s", err, code, message)
	}
}

// AWS's own SDK signs with the session and reads the answers.
func TestAWSsSDKUsesTheSession(t *testing.T) {
	a, key := newAuthority(t), p256(t)
	account, l := link(t, "Free Port", a)
	out, err := run(t, l, simulator.URL(), a.leaf(t, key, name), key)
	ok(t, err)
	s, err := session.NewSession(&aws.Config{Region: &account.Region, Credentials: credentials.NewStaticCredentials(out.AccessKeyId, out.SecretAccessKey, out.SessionToken),
		Endpoint: aws.String(simulator.URL())})
	ok(t, err)
	who, err := sts.New(s).GetCallerIdentity(&sts.GetCallerIdentityInput{})
	ok(t, err)
	if *who.Account != account.Number || *who.Arn != "arn:aws-eusc:sts::"+account.Number+":assumed-role/"+name+"/7f0102030405060708" {
		t.Errorf("%+v", who)
	}
	actions := []*string{aws.String("ec2:DescribeRegions"), aws.String("ec2:RunInstances")}
	var got []string
	err = iam.New(s).SimulatePrincipalPolicyPages(&iam.SimulatePrincipalPolicyInput{PolicySourceArn: &l.Role, ActionNames: actions, MaxItems: aws.Int64(1)},
		func(page *iam.SimulatePolicyResponse, _ bool) bool {
			for _, r := range page.EvaluationResults {
				got = append(got, *r.EvalActionName+" "+*r.EvalDecision)
			}
			return true
		})
	ok(t, err)
	if strings.Join(got, ", ") != "ec2:DescribeRegions allowed, ec2:RunInstances implicitDeny" {
		t.Error(got)
	}
	_, err = iam.New(s).CreateRole(&iam.CreateRoleInput{RoleName: aws.String("x"), AssumeRolePolicyDocument: aws.String("{}")})
	refused(t, err, "AccessDenied", "is not authorized to perform: iam:CreateRole")
}
