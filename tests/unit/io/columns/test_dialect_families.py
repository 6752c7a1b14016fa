"""What each family of real tables is read as, in every language of its headers.

Headers are facts and stand here as real files have them; rows of real files do not.
"""

import random

import pytest

from songatlas.io.columns.dialects import dialect_of, is_ignored, recognize, recognize_columns

# (family of table, its dialect, its header, canonical columns under their own name, the others as canonical=source)
FAMILIES = [
    ("1 mission", "mission: single_genre_artists",
     "id_songs,name_song,popularity_songs,duration_ms,explicit,id_artists,release_date,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,followers,genres,name_artists,popularity_artists",
     "genres release_date danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms followers explicit key mode time_signature",
     "track_id=id_songs; track_name=name_song; artist_name=name_artists; artist_id=id_artists; popularity=popularity_songs; artist_popularity=popularity_artists"),
    ("2 600k tracks", "Kaggle: 600k tracks",
     "id,name,popularity,duration_ms,explicit,artists,id_artists,release_date,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature",
     "release_date danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms popularity explicit key mode time_signature",
     "track_id=id; track_name=name; artist_name=artists; artist_id=id_artists"),
    ("4 1921-2020", "Kaggle: 1921–2020 (160k tracks)",
     "valence,year,acousticness,artists,danceability,duration_ms,energy,explicit,id,instrumentalness,key,liveness,loudness,mode,name,popularity,release_date,speechiness,tempo",
     "release_date danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms year popularity explicit key mode",
     "track_id=id; track_name=name; artist_name=artists"),
    ("5 averages by genre", "Kaggle: 1921–2020, averages by genre (not tracks)",
     "mode,genres,acousticness,danceability,duration_ms,energy,instrumentalness,liveness,loudness,speechiness,tempo,valence,popularity,key",
     "genres danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms popularity key mode",
     ""),
    ("5 averages by year", "Kaggle: 1921–2020, averages by year (not tracks)",
     "mode,year,acousticness,danceability,duration_ms,energy,instrumentalness,liveness,loudness,speechiness,tempo,valence,popularity,key",
     "danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms year popularity key mode",
     ""),
    ("6 SpotifyFeatures", "Kaggle: SpotifyFeatures (232k tracks)",
     "genre,artist_name,track_name,track_id,popularity,acousticness,danceability,duration_ms,energy,instrumentalness,key,liveness,loudness,mode,speechiness,tempo,time_signature,valence",
     "track_id track_name artist_name danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms popularity key mode time_signature",
     "genres=genre"),
    ("7 114k", "Kaggle: 114k tracks (dataset.csv)",
     ",track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,track_genre",
     "track_id track_name album_name danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms popularity explicit key mode time_signature",
     "artist_name=artists; genres=track_genre"),
    ("8 tidytuesday", "TidyTuesday: spotify_songs",
     "track_id,track_name,track_artist,track_popularity,track_album_id,track_album_name,track_album_release_date,playlist_name,playlist_id,playlist_genre,playlist_subgenre,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,duration_ms",
     "track_id track_name playlist_name danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms key mode",
     "artist_name=track_artist; album_name=track_album_name; genres=playlist_genre; release_date=track_album_release_date; popularity=track_popularity"),
    ("9 genres_v2", "Kaggle: genres_v2 (42k tracks)",
     "danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,type,id,uri,track_href,analysis_url,duration_ms,time_signature,genre,song_name,Unnamed: 0,title",
     "danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms key mode time_signature",
     "track_id=id; track_name=song_name; genres=genre"),
    ("10 songs_normalize", "Kaggle: top hits 2000–2019 (songs_normalize)",
     "artist,song,duration_ms,explicit,year,popularity,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,genre",
     "danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms year popularity explicit key mode",
     "track_name=song; artist_name=artist; genres=genre"),
    ("11 hit predictor", "Kaggle: hit predictor (dataset-of-…s)",
     "track,artist,uri,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,duration_ms,time_signature,chorus_hit,sections,target,decade",
     "danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms decade key mode time_signature",
     "track_id=uri; track_name=track; artist_name=artist"),
    ("12 Spotify and YouTube", "Kaggle: Spotify and YouTube",
     ",Artist,Url_spotify,Track,Album,Album_type,Uri,Danceability,Energy,Key,Loudness,Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Duration_ms,Url_youtube,Title,Channel,Views,Likes,Comments,Description,Licensed,official_video,Stream",
     "",
     "track_id=Uri; track_name=Track; artist_name=Artist; album_name=Album; danceability=Danceability; energy=Energy; loudness=Loudness; speechiness=Speechiness; acousticness=Acousticness; instrumentalness=Instrumentalness; liveness=Liveness; valence=Valence; tempo=Tempo; duration_ms=Duration_ms; key=Key"),
    ("13 most streamed 2023", "Kaggle: most streamed songs 2023",
     "track_name,artist(s)_name,artist_count,released_year,released_month,released_day,in_spotify_playlists,in_spotify_charts,streams,in_apple_playlists,in_apple_charts,in_deezer_playlists,in_deezer_charts,in_shazam_charts,bpm,key,mode,danceability_%,valence_%,energy_%,acousticness_%,instrumentalness_%,liveness_%,speechiness_%",
     "track_name key mode",
     "artist_name=artist(s)_name; danceability=danceability_%; energy=energy_%; speechiness=speechiness_%; acousticness=acousticness_%; instrumentalness=instrumentalness_%; liveness=liveness_%; valence=valence_%; tempo=bpm; year=released_year"),
    ("14 most streamed 2024", "Kaggle: most streamed songs 2024 (no audio features)",
     "Track,Album Name,Artist,Release Date,ISRC,All Time Rank,Track Score,Spotify Streams,Spotify Playlist Count,Spotify Playlist Reach,Spotify Popularity,YouTube Views,TIDAL Popularity,Explicit Track",
     "",
     "track_name=Track; artist_name=Artist; album_name=Album Name; release_date=Release Date; isrc=ISRC; popularity=Spotify Popularity; explicit=Explicit Track"),
    ("15 top10s", "Organize Your Music",
     ",title,artist,top genre,year,bpm,nrgy,dnce,dB,live,val,dur,acous,spch,pop",
     "year",
     "track_name=title; artist_name=artist; genres=top genre; danceability=dnce; energy=nrgy; loudness=dB; speechiness=spch; acousticness=acous; liveness=live; valence=val; tempo=bpm; duration_ms=dur; popularity=pop"),
    ("16 Spotify-2000", "Kaggle: Spotify 2000 (Organize Your Music)",
     "Index,Title,Artist,Top Genre,Year,Beats Per Minute (BPM),Energy,Danceability,Loudness (dB),Liveness,Valence,Length (Duration),Acousticness,Speechiness,Popularity",
     "",
     "track_name=Title; artist_name=Artist; genres=Top Genre; danceability=Danceability; energy=Energy; loudness=Loudness (dB); speechiness=Speechiness; acousticness=Acousticness; liveness=Liveness; valence=Valence; tempo=Beats Per Minute (BPM); duration_ms=Length (Duration); year=Year; popularity=Popularity"),
    ("17 top50, names mangled by R", "Kaggle: top 50 of 2019 (Organize Your Music)",
     ",Track.Name,Artist.Name,Genre,Beats.Per.Minute,Energy,Danceability,Loudness..dB..,Liveness,Valence.,Length.,Acousticness..,Speechiness.,Popularity",
     "",
     "track_name=Track.Name; artist_name=Artist.Name; genres=Genre; danceability=Danceability; energy=Energy; loudness=Loudness..dB..; speechiness=Speechiness.; acousticness=Acousticness..; liveness=Liveness; valence=Valence.; tempo=Beats.Per.Minute; duration_ms=Length.; popularity=Popularity"),
    ("18 top2018", "Kaggle: top tracks of a year (top2018, featuresdf)",
     "id,name,artists,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,duration_ms,time_signature,rank",
     "danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms key mode time_signature",
     "track_id=id; track_name=name; artist_name=artists"),
    ("19 1.2M songs", "Kaggle: 1.2M songs (tracks_features)",
     "id,name,album,album_id,artists,artist_ids,track_number,disc_number,explicit,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,duration_ms,time_signature,year,release_date",
     "release_date danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms year explicit key mode time_signature",
     "track_id=id; track_name=name; artist_name=artists; artist_id=artist_ids; album_name=album"),
    ("20 popular and unpopular", "Kaggle: popular and unpopular Spotify tracks",
     "energy,tempo,danceability,playlist_genre,loudness,liveness,valence,track_artist,time_signature,speechiness,track_popularity,track_href,uri,track_album_name,playlist_name,analysis_url,track_id,track_name,track_album_release_date,instrumentalness,track_album_id,mode,key,duration_ms,acousticness,id,playlist_subgenre,type,playlist_id",
     "track_id track_name playlist_name danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms key mode time_signature",
     "artist_name=track_artist; album_name=track_album_name; genres=playlist_genre; release_date=track_album_release_date; popularity=track_popularity"),
    ("21 account data with features", "Spotify account data joined with audio features",
     "trackName,artistName,msPlayed,genre,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,type,id,uri,track_href,analysis_url,duration_ms,time_signature",
     "danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms key mode time_signature",
     "track_id=id; track_name=trackName; artist_name=artistName; genres=genre"),
    ("22 900k", "Kaggle: 900k tracks with lyrics",
     "Artist(s),song,text,Length,emotion,Genre,Album,Release Date,Key,Tempo,Loudness (db),Time signature,Explicit,Popularity,Energy,Danceability,Positiveness,Speechiness,Liveness,Acousticness,Instrumentalness,Good for Party,Similar Artist 1,Similar Song 1",
     "",
     "track_name=song; artist_name=Artist(s); album_name=Album; genres=Genre; release_date=Release Date; danceability=Danceability; energy=Energy; loudness=Loudness (db); speechiness=Speechiness; acousticness=Acousticness; instrumentalness=Instrumentalness; liveness=Liveness; valence=Positiveness; tempo=Tempo; duration_ms=Length; popularity=Popularity; explicit=Explicit; key=Key; time_signature=Time signature"),
    ("22 900k, light", "Kaggle: 900k tracks with lyrics",
     "artist,song,emotion,variance,Genre,Release Date,Key,Tempo,Loudness,Explicit,Popularity,Energy,Danceability,Positiveness,Speechiness,Liveness,Acousticness,Instrumentalness",
     "",
     "track_name=song; artist_name=artist; genres=Genre; release_date=Release Date; danceability=Danceability; energy=Energy; loudness=Loudness; speechiness=Speechiness; acousticness=Acousticness; instrumentalness=Instrumentalness; liveness=Liveness; valence=Positiveness; tempo=Tempo; popularity=Popularity; explicit=Explicit; key=Key"),
    ("23 Exportify app 2015", "Exportify (exportify.app), before 2021",
     "Spotify URI,Track Name,Artist Name,Album Name,Disc Number,Track Number,Track Duration (ms),Added By,Added At",
     "",
     "track_id=Spotify URI; track_name=Track Name; artist_name=Artist Name; album_name=Album Name; duration_ms=Track Duration (ms)"),
    ("23 Exportify app 2020", "Exportify (exportify.app), before 2021",
     "Track URI,Track Name,Artist URI,Artist Name,Album URI,Album Name,Disc Number,Track Number,Track Duration (ms),Added By,Added At",
     "",
     "track_id=Track URI; track_name=Track Name; artist_name=Artist Name; artist_id=Artist URI; album_name=Album Name; duration_ms=Track Duration (ms)"),
    ("23 Exportify app", "Exportify (exportify.app)",
     "Track URI,Track Name,Artist URI(s),Artist Name(s),Album URI,Album Name,Album Artist URI(s),Album Artist Name(s),Album Release Date,Album Image URL,Disc Number,Track Number,Track Duration (ms),Track Preview URL,Explicit,Popularity,ISRC,Added By,Added At,Artist Genres,Danceability,Energy,Key,Loudness,Mode,Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature,Album Genres,Label,Copyrights",
     "",
     "track_id=Track URI; track_name=Track Name; artist_name=Artist Name(s); artist_id=Artist URI(s); album_name=Album Name; genres=Artist Genres; release_date=Album Release Date; isrc=ISRC; danceability=Danceability; energy=Energy; loudness=Loudness; speechiness=Speechiness; acousticness=Acousticness; instrumentalness=Instrumentalness; liveness=Liveness; valence=Valence; tempo=Tempo; duration_ms=Track Duration (ms); popularity=Popularity; explicit=Explicit; key=Key; mode=Mode; time_signature=Time Signature"),
    ("24 Exportify net 2019", "Exportify (exportify.net)",
     "Spotify ID,Artist IDs,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Added By,Added At,Genres,Danceability,Energy,Key,Loudness,Mode,Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature",
     "",
     "track_id=Spotify ID; track_name=Track Name; artist_name=Artist Name(s); artist_id=Artist IDs; album_name=Album Name; genres=Genres; release_date=Release Date; danceability=Danceability; energy=Energy; loudness=Loudness; speechiness=Speechiness; acousticness=Acousticness; instrumentalness=Instrumentalness; liveness=Liveness; valence=Valence; tempo=Tempo; duration_ms=Duration (ms); popularity=Popularity; key=Key; mode=Mode; time_signature=Time Signature"),
    ("24 Exportify net 2024-09", "Exportify (exportify.net)",
     "Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature",
     "",
     "track_name=Track Name; artist_name=Artist Name(s); album_name=Album Name; genres=Genres; release_date=Release Date; danceability=Danceability; energy=Energy; loudness=Loudness; speechiness=Speechiness; acousticness=Acousticness; instrumentalness=Instrumentalness; liveness=Liveness; valence=Valence; tempo=Tempo; duration_ms=Duration (ms); popularity=Popularity; key=Key; mode=Mode; time_signature=Time Signature"),
    ("24 Exportify net, Explicit twice", "Exportify (exportify.net)",
     "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,Added By,Added At,Explicit?,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature",
     "",
     "track_id=Track URI; track_name=Track Name; artist_name=Artist Name(s); album_name=Album Name; genres=Genres; release_date=Release Date; danceability=Danceability; energy=Energy; loudness=Loudness; speechiness=Speechiness; acousticness=Acousticness; instrumentalness=Instrumentalness; liveness=Liveness; valence=Valence; tempo=Tempo; duration_ms=Duration (ms); popularity=Popularity; explicit=Explicit; key=Key; mode=Mode; time_signature=Time Signature"),
    ("26 Sort Your Music", "Sort Your Music",
     "#,Title,Artist,Release,BPM,Energy,Dance,Loud,Valence,Length,Acoustic,Pop.,A.Sep,Rnd",
     "",
     "track_name=Title; artist_name=Artist; release_date=Release; danceability=Dance; energy=Energy; loudness=Loud; acousticness=Acoustic; valence=Valence; tempo=BPM; duration_ms=Length; popularity=Pop."),
    ("27 Organize Your Music", "Organize Your Music",
     "title,artist,top genre,year,added,bpm,nrgy,dnce,dB,live,val,dur,acous,spch,pop",
     "year",
     "track_name=title; artist_name=artist; genres=top genre; danceability=dnce; energy=nrgy; loudness=dB; speechiness=spch; acousticness=acous; liveness=live; valence=val; tempo=bpm; duration_ms=dur; popularity=pop"),
    ("28 Chosic 1", "Chosic Playlist Analyzer",
     "#,Song,Artist,Popularity,BPM,Genres,Parent Genres,Album,Album Date,Time,Dance,Energy,Acoustic,Instrumental,Happy,Speech,Live,Loud (Db),Key,Time Signature,Added At,Spotify Track Id,Album Label,Camelot,ISRC",
     "",
     "track_id=Spotify Track Id; track_name=Song; artist_name=Artist; album_name=Album; genres=Genres; release_date=Album Date; isrc=ISRC; danceability=Dance; energy=Energy; loudness=Loud (Db); speechiness=Speech; acousticness=Acoustic; instrumentalness=Instrumental; liveness=Live; valence=Happy; tempo=BPM; duration_ms=Time; popularity=Popularity; key=Key; time_signature=Time Signature"),
    ("28 Chosic 2", "Chosic Playlist Analyzer",
     "#,Song,Artist,BPM,Camelot,Energy,Added At,Duration,Popularity,Genres,Parent Genres,Album,Album Date,Dance,Acoustic,Instrumental,Valence,Speech,Live,Loud (Db),Key,Time Signature,Spotify Track Id,Label,ISRC",
     "",
     "track_id=Spotify Track Id; track_name=Song; artist_name=Artist; album_name=Album; genres=Genres; release_date=Album Date; isrc=ISRC; danceability=Dance; energy=Energy; loudness=Loud (Db); speechiness=Speech; acousticness=Acoustic; instrumentalness=Instrumental; liveness=Live; valence=Valence; tempo=BPM; duration_ms=Duration; popularity=Popularity; key=Key; time_signature=Time Signature"),
    ("29 TuneMyMusic", "TuneMyMusic",
     "Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id",
     "",
     "track_id=Spotify - id; track_name=Track name; artist_name=Artist name; album_name=Album; isrc=ISRC; playlist_name=Playlist name"),
    ("30 Soundiiz", "Soundiiz",
     "title,artist,album,isrc,addedDate",
     "isrc",
     "track_name=title; artist_name=artist; album_name=album"),
    ("31 FMA echonest", "FMA echonest",
     "track_id,echonest.audio_features.acousticness,echonest.audio_features.danceability,echonest.audio_features.energy,echonest.audio_features.instrumentalness,echonest.audio_features.liveness,echonest.audio_features.speechiness,echonest.audio_features.tempo,echonest.audio_features.valence,echonest.metadata.album_date,echonest.social_features.song_hotttnesss,echonest.temporal_features.000",
     "track_id",
     "release_date=echonest.metadata.album_date; danceability=echonest.audio_features.danceability; energy=echonest.audio_features.energy; speechiness=echonest.audio_features.speechiness; acousticness=echonest.audio_features.acousticness; instrumentalness=echonest.audio_features.instrumentalness; liveness=echonest.audio_features.liveness; valence=echonest.audio_features.valence; tempo=echonest.audio_features.tempo"),
    ("31 FMA echonest, flattened", "FMA echonest",
     "track_id,echonest_audio_features_acousticness,echonest_audio_features_danceability,echonest_audio_features_energy,echonest_audio_features_valence,audio_features_tempo",
     "track_id",
     "danceability=echonest_audio_features_danceability; energy=echonest_audio_features_energy; acousticness=echonest_audio_features_acousticness; valence=echonest_audio_features_valence; tempo=audio_features_tempo"),
    ("31 FMA tracks", "FMA tracks",
     "track_id,album.id,album.title,album.date_released,artist.id,artist.name,track.duration,track.genre_top,track.genres,track.title,set.split",
     "track_id",
     "track_name=track.title; artist_name=artist.name; artist_id=artist.id; album_name=album.title; genres=track.genre_top; release_date=album.date_released; duration_ms=track.duration"),
    ("32 Spotify audio features", "Spotify audio features",
     "danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,type,id,uri,track_href,analysis_url,duration_ms,time_signature",
     "danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms key mode time_signature",
     "track_id=id"),
    ("33 ReccoBeats features", "ReccoBeats audio features",
     "id,href,isrc,acousticness,danceability,energy,instrumentalness,key,liveness,loudness,mode,speechiness,tempo,valence",
     "isrc danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo key mode",
     "track_id=href"),
    ("33 ReccoBeats tracks", "ReccoBeats tracks",
     "id,trackTitle,artists,durationMs,isrc,ean,upc,href,popularity",
     "isrc popularity",
     "track_id=href; track_name=trackTitle; artist_name=artists; duration_ms=durationMs"),
    ("34 Soundcharts", "Soundcharts",
     "object.uuid,object.name,object.isrc.value,object.audio.danceability,object.audio.energy,object.audio.valence,object.audio.key,object.audio.mode,object.audio.tempo,object.audio.timeSignature,object.audio.loudness",
     "",
     "track_name=object.name; isrc=object.isrc.value; danceability=object.audio.danceability; energy=object.audio.energy; loudness=object.audio.loudness; valence=object.audio.valence; tempo=object.audio.tempo; key=object.audio.key; mode=object.audio.mode; time_signature=object.audio.timeSignature"),
    ("36 AcousticBrainz high-level", "AcousticBrainz high-level",
     "metadata.tags.title[0],metadata.tags.artist[0],metadata.audio_properties.length,highlevel.danceability.all.danceable,highlevel.mood_acoustic.all.acoustic,highlevel.voice_instrumental.all.instrumental,highlevel.mood_happy.all.happy",
     "",
     "track_name=metadata.tags.title[0]; artist_name=metadata.tags.artist[0]; danceability=highlevel.danceability.all.danceable; acousticness=highlevel.mood_acoustic.all.acoustic; instrumentalness=highlevel.voice_instrumental.all.instrumental; duration_ms=metadata.audio_properties.length"),
    ("36 AcousticBrainz low-level", "AcousticBrainz low-level",
     "rhythm.bpm,tonal.key_key,tonal.key_scale,lowlevel.average_loudness,metadata.audio_properties.length",
     "",
     "tempo=rhythm.bpm; duration_ms=metadata.audio_properties.length; key=tonal.key_key; mode=tonal.key_scale"),
    ("37 account data", "Spotify account data",
     "endTime,artistName,trackName,msPlayed",
     "",
     "track_name=trackName; artist_name=artistName"),
    ("37 account data, extended", "Spotify account data (extended history)",
     "ts,username,platform,ms_played,conn_country,ip_addr_decrypted,master_metadata_track_name,master_metadata_album_artist_name,master_metadata_album_album_name,spotify_track_uri,shuffle",
     "",
     "track_id=spotify_track_uri; track_name=master_metadata_track_name; artist_name=master_metadata_album_artist_name; album_name=master_metadata_album_album_name"),
    ("38 MuSe", "MuSe (tags on other scales)",
     "id,track,artist,valence_tags,arousal_tags,dominance_tags,mbid,spotify_id",
     "",
     "track_id=spotify_id; track_name=track; artist_name=artist"),
    ("38 Deezer mood", "Deezer mood (valence and arousal as z-scores)",
     "dzr_sng_id,MSD_sng_id,MSD_track_id,valence,arousal,artist_name,track_name",
     "track_name artist_name",
     ""),
    ("38 MSD", "Million Song Dataset",
     "track_id,title,song_id,release,artist_id,artist_mbid,artist_name,duration,artist_familiarity,artist_hotttnesss,year",
     "track_id artist_name artist_id year",
     "track_name=title; album_name=release; duration_ms=duration"),
    ("38 MSD, CORGIS", "Million Song Dataset (CORGIS)",
     "artist.hotttnesss,artist.id,artist.name,release.id,release.name,song.duration,song.hotttnesss,song.id,song.key,song.key_confidence,song.loudness,song.mode,song.tempo,song.time_signature,song.title,song.year",
     "",
     "track_id=song.id; track_name=song.title; artist_name=artist.name; artist_id=artist.id; album_name=release.name; loudness=song.loudness; tempo=song.tempo; duration_ms=song.duration; year=song.year; key=song.key; mode=song.mode; time_signature=song.time_signature"),
    ("38 MPD", "Million Playlist Dataset",
     "pos,artist_name,track_uri,artist_uri,track_name,album_uri,duration_ms,album_name",
     "track_name artist_name album_name duration_ms",
     "track_id=track_uri; artist_id=artist_uri"),
    ("38 Last.fm", "Last.fm scrobbles",
     "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid",
     "",
     "track_name=track; artist_name=artist; album_name=album"),
    ("universal_top_spotify_songs", "Kaggle: top songs in 73 countries (universal_top_spotify_songs)",
     "spotify_id,name,artists,daily_rank,daily_movement,weekly_movement,country,snapshot_date,popularity,is_explicit,duration_ms,album_name,album_release_date,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature",
     "album_name danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms popularity key mode time_signature",
     "track_id=spotify_id; track_name=name; artist_name=artists; release_date=album_release_date; explicit=is_explicit"),
    ("song_data", "Kaggle: 19,000 songs (song_data)",
     "song_name,song_popularity,song_duration_ms,acousticness,danceability,energy,instrumentalness,key,liveness,loudness,audio_mode,speechiness,tempo,time_signature,audio_valence",
     "danceability energy loudness speechiness acousticness instrumentalness liveness tempo key time_signature",
     "track_name=song_name; valence=audio_valence; duration_ms=song_duration_ms; popularity=song_popularity; mode=audio_mode"),
    ("prediction of music genre", "Kaggle: prediction of music genre",
     "instance_id,artist_name,track_name,popularity,acousticness,danceability,duration_ms,energy,instrumentalness,key,liveness,loudness,mode,speechiness,tempo,obtained_date,valence,music_genre",
     "track_name artist_name danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo duration_ms popularity key mode",
     "genres=music_genre"),
    ("ListenBrainz", "ListenBrainz",
     "recording_mbid,artist_name,track_name,release_name,listened_at,user_name",
     "track_name artist_name",
     "track_id=recording_mbid; album_name=release_name"),
    ("rekordbox collection", "rekordbox collection",
     "TrackID,Name,Artist,Composer,Album,Genre,Kind,Size,TotalTime,DiscNumber,TrackNumber,Year,AverageBpm,DateAdded,BitRate,Tonality,Label",
     "",
     "track_id=TrackID; track_name=Name; artist_name=Artist; album_name=Album; genres=Genre; tempo=AverageBpm; duration_ms=TotalTime; year=Year; key=Tonality"),
    ("rekordbox playlist", "rekordbox playlist (text)",
     "#,Artwork,Track Title,Artist,Album,Genre,BPM,Rating,Time,Key,Date Added",
     "",
     "track_name=Track Title; artist_name=Artist; album_name=Album; genres=Genre; tempo=BPM; duration_ms=Time; key=Key"),
    ("iTunes playlist", "iTunes playlist (text)",
     "Name,Artist,Composer,Album,Genre,Kind,Size,Time,Disc Number,Track Number,Year,Bit Rate,Sample Rate,BPM",
     "",
     "track_name=Name; artist_name=Artist; album_name=Album; genres=Genre; tempo=BPM; year=Year"),
    ("iTunes Search API", "iTunes Search API",
     "wrapperType,kind,artistId,trackId,artistName,collectionName,trackName,trackTimeMillis,primaryGenreName,releaseDate",
     "",
     "track_id=trackId; track_name=trackName; artist_name=artistName; artist_id=artistId; album_name=collectionName; genres=primaryGenreName; release_date=releaseDate"),
    ("tags of music files", "tags of music files",
     "title,artist,album,albumartist,track,tracktotal,disc,genre,year,bpm,initial_key,length",
     "year",
     "track_name=title; artist_name=artist; album_name=album; genres=genre; tempo=bpm; key=initial_key"),
]  # fmt: skip

EXPORTIFY_FIELDS = [
    "track_uri", "track_name", "artist_uris", "artist_names", "album_uri", "album_name", "album_artist_uris",
    "album_artist_names", "album_release_date", "album_image_url", "disc_number", "track_number", "track_duration",
    "track_preview_url", "explicit", "popularity", "isrc", "is_playable", "added_by", "added_at", "album_genres",
    "label", "copyrights", "artist_genres", "danceability", "energy", "key", "loudness", "mode", "speechiness",
    "acousticness", "instrumentalness", "liveness", "valence", "tempo", "time_signature",
]  # fmt: skip
EXPORTIFY_HEADERS = {
    "ar": "رابط الأغنية (URI) | اسم الأغنية | روابط الفنانين (URI) | أسماء الفنانين | رابط الألبوم (URI) | اسم الألبوم | روابط فناني الألبوم (URI) | أسماء فناني الألبوم | تاريخ إصدار الألبوم | رابط صورة الألبوم | رقم القرص | رقم الأغنية | مدة الأغنية (بالمللي ثانية) | رابط معاينة الأغنية | صريح | الشعبية | ISRC | قابل للتشغيل | أضيف بواسطة | أضيف في | أنواع الألبوم | العلامة التجارية | حقوق النشر | أنواع الفنان | قابلية الرقص | الطاقة | المفتاح | مستوى الصوت | النمط | محتوى الكلام | الطابع الصوتي | الطابع الآلي | الحيوية | الإيجابية | الإيقاع | توقيع الزمن",
    "de": "Track-URI | Track-Name | Künstler-URI(s) | Künstlername(n) | Album-URI | Album-Name | Album-Künstler-URI(s) | Album-Künstlername(n) | Veröffentlichungsdatum des Albums | Album-Bild-URL | Disc-Nummer | Track-Nummer | Track-Dauer (ms) | Track-Vorschau-URL | Explizit | Beliebtheit | ISRC | Ist abspielbar | Hinzugefügt von | Hinzugefügt am | Album-Genres | Label | Urheberrechte | Künstler-Genres | Tanzbarkeit | Energie | Tonart | Lautstärke | Modus | Sprachanteil | Akustik | Instrumentalität | Lebendigkeit | Valenz | Tempo | Taktart",
    "el": "URI κομματιού | Όνομα κομματιού | URI καλλιτέχνη/ων | Όνομα/τα καλλιτέχνη | URI άλμπουμ | Όνομα άλμπουμ | URI καλλιτέχνη/ων άλμπουμ | Όνομα/τα καλλιτέχνη άλμπουμ | Ημερομηνία κυκλοφορίας άλμπουμ | URL εικόνας άλμπουμ | Αριθμός δίσκου | Αριθμός κομματιού | Διάρκεια κομματιού (ms) | URL προεπισκόπησης κομματιού | Ακατάλληλο | Δημοτικότητα | ISRC | Αναπαράγεται | Προστέθηκε από | Προστέθηκε στις | Είδη άλμπουμ | Εταιρεία | Πνευματικά δικαιώματα | Είδη καλλιτέχνη | Χορευτικότητα | Ενέργεια | Τονικότητα | Ένταση | Τρόπος | Ομιλητικότητα | Ακουστικότητα | Οργανοκεντρικότητα | Ζωντάνια | Θετικότητα | Ρυθμός | Μέτρο",
    "es": "URI de la canción | Nombre de la canción | URI(s) del artista | Nombre(s) del artista | URI del álbum | Nombre del álbum | URI(s) del artista del álbum | Nombre(s) del artista del álbum | Fecha de lanzamiento del álbum | URL de la imagen del álbum | Número de disco | Número de la canción | Duración de la canción (ms) | URL de vista previa de la canción | Explícito | Popularidad | ISRC | Es reproducible | Añadido por | Añadido en | Géneros del álbum | Sello | Derechos de autor | Géneros del artista | Bailabilidad | Energía | Tonalidad | Volumen | Modo | Hablado | Acústica | Instrumentalidad | Vivacidad | Valencia | Tempo | Compás",
    "fr": "URI du titre | Nom du titre | URI(s) de l'artiste | Nom(s) de l'artiste | URI de l'album | Nom de l'album | URI(s) de l'artiste de l'album | Nom(s) de l'artiste de l'album | Date de sortie de l'album | URL de l'image de l'album | Numéro de disque | Numéro du titre | Durée du titre (ms) | URL de prévisualisation du titre | Explicite | Popularité | ISRC | Est jouable | Ajouté par | Ajouté le | Genres de l'album | Label | Droits d'auteur | Genres de l'artiste | Danseabilité | Énergie | Tonalité | Volume sonore | Mode | Parlabilité | Acoustique | Instrumental | Vivacité | Valence | Tempo | Mesure",
    "it": "URI della traccia | Nome della traccia | URI dell'artista | Nome dell'artista | URI dell'album | Nome dell'album | URI dell'artista dell'album | Nome dell'artista dell'album | Data di rilascio dell'album | URL dell'immagine dell'album | Numero del disco | Numero della traccia | Durata della traccia (ms) | URL di anteprima della traccia | Esplicito | Popolarità | ISRC | È riproducibile | Aggiunto da | Aggiunto il | Generi dell'album | Etichetta | Copyright | Generi dell'artista | Ballabilità | Energia | Chiave | Volume | Modalità | Linguaggio parlato | Acustica | Strumentalità | Vivacità | Valenza | Tempo | Battuta",
    "ja": "トラックURI | トラック名 | アーティストURI | アーティスト名 | アルバムURI | アルバム名 | アルバムアーティストURI | アルバムアーティスト名 | アルバム発売日 | アルバム画像URL | ディスク番号 | トラック番号 | トラックの長さ（ミリ秒） | トラックプレビューURL | 明示的な内容 | 人気度 | ISRC | 再生可能 | 追加者 | 追加日時 | アルバムジャンル | レーベル | 著作権 | アーティストジャンル | ダンサビリティ | エネルギー | キー | ラウドネス | モード | スピーチ性 | アコースティック性 | インストゥルメンタル性 | ライブ感 | 感情値 | テンポ | 拍子",
    "nl": "Nummer URI | Nummernaam | Artiest-URI | Naam van artiest | Album-URI | Naam van album | Artiest-URI van het album | Naam van artiest op het album | Releasedatum van het album | Album afbeelding-URL | Schijfnummer | Nummernummer | Nummerduur (ms) | Voorbeeld-URL | Expliciet | Populariteit | ISRC | Speelbaar | Toegevoegd door | Toegevoegd op | Genres van het album | Label | Auteursrechten | Genres van de artiest | Dansbaarheid | Energie | Toonsoort | Luidheid | Modus | Spraakzaamheid | Akoestiek | Instrumentaliteit | Levendigheid | Valentie | Tempo | Maatstreep",
    "pt": "URI da faixa | Nome da faixa | URI(s) do artista | Nome(s) do artista | URI do álbum | Nome do álbum | URI(s) do artista do álbum | Nome(s) do artista do álbum | Data de lançamento do álbum | URL da imagem do álbum | Número do disco | Número da faixa | Duração da faixa (ms) | URL de prévia da faixa | Explícita | Popularidade | ISRC | É reproduzível | Adicionado por | Adicionado em | Gêneros do álbum | Gravadora | Direitos autorais | Gêneros do artista | Dançabilidade | Energia | Tonalidade | Volume | Modo | Oralidade | Acústica | Instrumentalidade | Vivacidade | Valência | Tempo | Compasso",
    "sv": "Låtens URI | Låtens namn | Artistens URI | Artistens namn | Albumets URI | Albumets namn | Albumartistens URI | Albumartistens namn | Albumets releasedatum | Albumets bild-URL | Skivnummer | Låtnummer | Låtlängd (ms) | Förhandsgranskning URL | Explicit | Popularitet | ISRC | Är spelbar | Tillagd av | Tillagd vid | Albumets genrer | Skivbolag | Upphovsrätt | Artistens genrer | Dansbarhet | Energi | Tonart | Ljudstyrka | Läge | Talighet | Akustik | Instrumentalhet | Livlighet | Valens | Tempo | Taktart",
    "tr": "Parça URI | Parça Adı | Sanatçı URI | Sanatçı Adı | Albüm URI | Albüm Adı | Albümdeki Sanatçı URI | Albümdeki Sanatçı Adı | Albüm Çıkış Tarihi | Albüm Resim URL'si | Disk Numarası | Parça Numarası | Parça Süresi (ms) | Parça Önizleme URL'si | Açık İçerik | Popülerlik | ISRC | Çalınabilir mi? | Ekleyen | Eklenme Tarihi | Albüm Türleri | Plak Şirketi | Telif Hakları | Sanatçı Türleri | Dans Edilebilirlik | Enerji | Ton | Ses Seviyesi | Mod | Konuşma Oranı | Akustiklik | Enstrümantalite | Canlılık | Duygusallık | Tempo | Ölçü İşareti",
}
READ_FROM_EXPORTIFY = {
    "track_id": "track_uri", "track_name": "track_name", "artist_name": "artist_names", "artist_id": "artist_uris",
    "album_name": "album_name", "genres": "artist_genres", "release_date": "album_release_date", "isrc": "isrc",
    "danceability": "danceability", "energy": "energy", "loudness": "loudness", "speechiness": "speechiness",
    "acousticness": "acousticness", "instrumentalness": "instrumentalness", "liveness": "liveness",
    "valence": "valence", "tempo": "tempo", "duration_ms": "track_duration", "popularity": "popularity",
    "explicit": "explicit", "key": "key", "mode": "mode", "time_signature": "time_signature",
}  # fmt: skip


def sources(*names, **column):
    return {canonical: found.source for canonical, found in recognize(names, column).items()}


@pytest.mark.parametrize(
    ("dialect", "header", "same", "others"), [f[1:] for f in FAMILIES], ids=[f[0] for f in FAMILIES]
)
def test_a_family_of_tables_is_read_whole_and_nothing_else(dialect, header, same, others):
    names = header.split(",")
    assert sources(*names) == {c: c for c in same.split()} | dict(
        pair.split("=") for pair in others.split("; ") if pair
    )
    assert recognize_columns(names) == sources(*names)
    assert dialect_of(names) == dialect


@pytest.mark.parametrize("header", [f[2] for f in FAMILIES if "twice" not in f[0]], ids=lambda header: header[:30])
def test_the_order_of_the_columns_changes_nothing(header):
    names = header.split(",")
    shuffled = names.copy()
    random.Random(3).shuffle(shuffled)
    assert recognize(shuffled) == recognize(names)


@pytest.mark.parametrize("language", EXPORTIFY_HEADERS)
def test_a_translated_exportify_file_is_read_whole(language):
    header = dict(zip(EXPORTIFY_FIELDS, EXPORTIFY_HEADERS[language].split(" | "), strict=True))
    found = recognize(list(header.values()))
    assert {c: r.source for c, r in found.items()} == {c: header[f] for c, f in READ_FROM_EXPORTIFY.items()}
    assert found["duration_ms"].hint == "ms"
    assert dialect_of(list(header.values())).startswith("Exportify (exportify.app), ")
    unread = set(header) - set(READ_FROM_EXPORTIFY.values()) - {"album_genres", "album_artist_names"}
    assert [header[field] for field in unread if not is_ignored(header[field])] == []


@pytest.mark.parametrize("language", sorted(set(EXPORTIFY_HEADERS) - {"tr"}))  # Turkish capitals need Turkish rules
def test_a_translated_header_without_accents_or_in_capitals_is_read_the_same(language):
    names = EXPORTIFY_HEADERS[language].split(" | ")
    plain = {"es": ("Energía", "Energia"), "fr": ("Énergie", "Energie"), "pt": ("Dançabilidade", "Dancabilidade")}
    before, after = plain.get(language, ("", ""))
    changed = [name.replace(before, after) if before else name for name in names]
    assert set(recognize(changed)) == set(recognize(names))
    assert set(recognize([name.upper() for name in names])) == set(recognize(names))


@pytest.mark.parametrize(
    ("name", "canonical"),
    [("Parca Adi", "track_name"), ("Konusma Orani", "speechiness"), ("Kunstlername(n)", "artist_name"), ("Duree", "duration_ms")],
)  # fmt: skip
def test_letters_that_lost_their_marks_are_understood(name, canonical):
    assert sources(name) == {canonical: name}
