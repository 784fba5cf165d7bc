package cloud

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/blobtest"
)

// The emulator of $FLOTT_AZURE (http://ACCOUNT:KEY@HOST:PORT, the key escaped as
// in a URL) is Azurite.
func azure(t *testing.T) (o AzureOptions, name string) {
	t.Helper()
	if os.Getenv("FLOTT_AZURE") == "" || testing.Short() {
		t.Skip("needs an emulator: run Azurite, set FLOTT_AZURE to http://ACCOUNT:KEY@HOST:PORT")
	}
	u, err := url.Parse(os.Getenv("FLOTT_AZURE"))
	must(t, err)
	o.Account = u.User.Username()
	o.Key, _ = u.User.Password()
	t.Setenv("AZURE_STORAGE_DOMAIN", u.Host)
	t.Setenv("AZURE_STORAGE_PROTOCOL", u.Scheme)
	name = fmt.Sprintf("b%d-%d", time.Now().UnixNano(), bucketCount.Add(1))
	client, err := azureClient(name, o)
	must(t, err)
	_, err = client.Create(t.Context(), nil)
	must(t, err)
	return o, name
}

func TestAzureContract(t *testing.T) {
	o, name := azure(t)
	place := 0
	blobtest.Run(t, func(t *testing.T) blob.Store {
		place++
		s, err := OpenAzure(t.Context(), Location{Scheme: "azblob", Bucket: name, Path: fmt.Sprintf("below/a%d", place)}, o)
		must(t, err)
		return s
	})
}

func TestAzureMistakes(t *testing.T) {
	o, name := azure(t)
	wrong := o
	wrong.Key = "bm90IHRoZSBrZXkgb2YgdGhpcyBhY2NvdW50"
	for _, c := range []struct {
		o      AzureOptions
		bucket string
		want   string
	}{
		{o, "no-such-container", "the bucket no-such-container does not exist"},
		{wrong, name, "AuthorizationFailure"},
	} {
		_, err := OpenAzure(t.Context(), Location{Scheme: "azblob", Bucket: c.bucket}, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), c.o.Key) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", c.bucket, err, c.want)
		}
	}
}
